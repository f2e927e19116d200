// Promise: a row's exponentials are evaluated once, and nobody can tell. The storing sweep gives the sums of the sweep, stored weights shared
// out give the probabilities that a second evaluation gives, to the bits, however the row is cut; and both are as near to float64.
import { assert, assertEquals } from "@std/assert";
import { Column, SLOT_BYTES, TILE, Total } from "../../kernels/mod.ts";
import { type Bench, expected, forEachBackend, KINDS, LENGTHS, normal, range, uniform } from "./support.ts";

const CANARY = 12345.5;
/** Most tiles of a row here: the mapped half of a lane holds weights and shares of as many. */
const MOST = 12;

/** Where things lie: logits in the stage, weights and shares in the two halves of what is mapped, all `shift` elements off. */
function places(bench: Bench, shift: number): { logits: number; weights: number; shares: number } {
  const { stage, mapped } = bench.lane;
  return {
    logits: stage + 64 + 4 * shift,
    weights: mapped + 64 + 4 * ((shift >> 2) & 3),
    shares: mapped + (MOST + 2) * TILE * 4 + 4 * ((shift >> 4) & 3),
  };
}

/** What was stored of a row, and what the row's sum is. */
interface Stored {
  readonly mantissa: number;
  readonly exponent: number;
  readonly maximum: number;
  readonly weights: Float32Array;
  readonly references: readonly number[];
}

/** Lays a row, stores it, checks that the table is that of the sweep and that nothing around the weights was written. */
function storeRow(bench: Bench, row: Float32Array, shift: number): Stored {
  const { kernels, f32, f64, lane: { table }, bytes } = bench;
  const { logits, weights } = places(bench, shift);
  const tiles = Math.ceil(row.length / TILE), rows = f64.subarray(table >> 3, (table >> 3) + tiles * Column.stride);
  f32.set(row, logits >> 2);
  rows.fill(7);
  const invalid = kernels.sweep("sum", logits, row.length, table);
  const wanted = rows.slice();
  rows.fill(7);
  f32.fill(CANARY, (weights >> 2) - 4, (weights >> 2) + row.length + 8);
  assertEquals(kernels.store(logits, row.length, table, weights), invalid);
  const references = range(0, tiles - 1).map((tile) => rows[tile * Column.stride + Column.reference]);
  range(0, tiles - 1).forEach((tile) => wanted[tile * Column.stride + Column.reference] = references[tile]);
  assertSameWords(rows, wanted, "the table");
  for (const i of [-4, -3, -2, -1, row.length, row.length + 1, row.length + 7]) {
    assertEquals(f32[(weights >> 2) + i], CANARY, `weight ${i} was written`);
  }
  const { slot } = bench, { out } = kernels.arena;
  bytes.fill(0, slot, slot + SLOT_BYTES);
  kernels.clear(slot);
  kernels.deposit("sum", table, tiles, slot);
  kernels.total(slot, out);
  const total = f64.subarray(out >> 3, (out >> 3) + 6);
  return {
    mantissa: total[Total.mantissa],
    exponent: total[Total.exponent],
    maximum: total[Total.maximum],
    weights: f32.slice(weights >> 2, (weights >> 2) + row.length),
    references,
  };
}

/** The shares of a stored row, apart from the weights or in their place. */
function shareRow(bench: Bench, row: Float32Array, shift: number, { mantissa, exponent }: Stored): Float32Array {
  const { kernels, f32, lane: { table } } = bench;
  const { weights, shares } = places(bench, shift);
  f32.fill(CANARY, (shares >> 2) - 4, (shares >> 2) + row.length + 8);
  kernels.share(weights, row.length, table, shares, mantissa, exponent);
  for (const i of [-4, -1, row.length, row.length + 7]) assertEquals(f32[(shares >> 2) + i], CANARY, `share ${i}`);
  const apart = f32.slice(shares >> 2, (shares >> 2) + row.length);
  kernels.share(weights, row.length, table, weights, mantissa, exponent);
  assertSameWords(f32.slice(weights >> 2, (weights >> 2) + row.length), apart, "in place");
  return apart;
}

/** What `probabilities` makes of the row in pieces that end at `cuts`. */
function probabilitiesOf(
  bench: Bench,
  row: Float32Array,
  shift: number,
  { mantissa, exponent }: Stored,
  cuts: readonly number[] = [],
): Float32Array {
  const { logits, shares } = places(bench, shift);
  let done = 0;
  for (const end of [...cuts, row.length]) {
    bench.kernels.probabilities(logits + 4 * done, end - done, shares + 4 * done, mantissa, exponent);
    done = end;
  }
  return bench.f32.slice(shares >> 2, (shares >> 2) + row.length);
}

function assertSameWords(found: Float32Array | Float64Array, wanted: Float32Array | Float64Array, what: string): void {
  const at = found.findIndex((x, i) => !Object.is(x, wanted[i]));
  assertEquals(at, -1, `${what}: ${found[at]}, not ${wanted[at]}, at ${at}`);
}

/** Stores, shares and evaluates again. */
function checkRow(bench: Bench, row: Float32Array, shift: number, where: string, cuts?: readonly number[]): void {
  const stored = storeRow(bench, row, shift);
  const shares = shareRow(bench, row, shift, stored);
  assertSameWords(probabilitiesOf(bench, row, shift, stored), shares, where);
  if (cuts) assertSameWords(probabilitiesOf(bench, row, shift, stored, cuts), shares, `${where}, cut at ${cuts}`);
}

Deno.test("stored and shared are the bits of a second evaluation: every length, alignment and kind", () => {
  forEachBackend((bench) => {
    for (const length of LENGTHS.slice(1)) {
      checkRow(bench, KINDS.normal(length, length), length % 64, `${length}`, [length >> 1]);
    }
    for (const shift of range(0, 63)) checkRow(bench, KINDS.wide(43, shift), shift, `shift ${shift}`);
    for (const kind of Object.keys(KINDS)) {
      for (const length of [700, 1500, 5001]) {
        checkRow(bench, KINDS[kind](length, 8), 21, kind, [1, 600, 600 + length % 64]);
      }
    }
  });
});

const SPECIALS = [
  NaN,
  Infinity,
  -Infinity,
  -0,
  1e-40,
  60,
  90,
  32769,
  -32769,
  2 ** 21 + 1,
  2.07e6,
  -1e7,
  3.4e38,
  -3.4e38,
];

Deno.test("stored and shared are the bits of a second evaluation: every special value in every lane", () => {
  forEachBackend((bench) => {
    for (const special of SPECIALS) {
      for (const place of [...range(0, 16), 255, 256, 1023, 1024, 2047, 2050]) {
        const row = KINDS.normal(2051, place);
        row[place] = special;
        // A sum that leaves NaN or +Infinity out may be less than a logit: then a cut elsewhere may find another tile too great.
        checkRow(bench, row, place % 64, `${special} at ${place}`, special < Infinity ? [7, 1500] : undefined);
        checkRow(bench, row.fill(-Infinity).fill(special, place, place + 1), 0, `${special} alone`);
      }
    }
  });
});

/** A row of up to `MOST` tiles, each of its own height, width and masks; some far below the others, some with a first turn that misleads. */
function someRow(next: () => number, gauss: () => number): Float32Array {
  const length = Math.ceil((next() < 0.7 ? Math.ceil(MOST * next()) : MOST * next()) * TILE);
  const row = new Float32Array(length);
  const offset = [0, 0, 0, 1e4, -1e4, 3e4, 2.08e6, -2.09e6, 1e7][Math.floor(9 * next())];
  const apart = [0, 5, 30, 60, 200][Math.floor(5 * next())];
  for (let from = 0; from < length; from += TILE) {
    const middle = offset + apart * gauss(), width = 10 ** (3 * next() - 1), masked = next() < 0.3 ? next() : 0;
    const first = next() < 0.2 ? 150 * gauss() : 0;
    for (let i = from; i < Math.min(length, from + TILE); i++) {
      row[i] = next() < masked ? -Infinity : middle + width * gauss() + (i < from + 8 ? first : 0);
    }
  }
  return row;
}

Deno.test("stored and shared are the bits of a second evaluation: 20,000 tiles of any height", () => {
  forEachBackend((bench, backend) => {
    const next = uniform(81), gauss = normal(82);
    for (let tiles = 0; tiles < (backend === "reference" ? 1000 : 20_000);) {
      const row = someRow(next, gauss);
      const cuts = [next(), next()].map((part) => Math.floor(part * row.length)).sort((a, b) => a - b);
      checkRow(bench, row, Math.floor(64 * next()), `${tiles} tiles on`, cuts);
      tiles += Math.ceil(row.length / TILE);
    }
  });
});

/** Rows that are hard to share out, by name. */
const HARD: Readonly<Record<string, () => Float32Array>> = {
  ...Object.fromEntries(Object.entries(KINDS).map(([kind, make]) => [kind, () => make(10_001, 5)])),
  "tiles far below": () => KINDS.normal(11_000, 6).map((x, i) => x - 12 * Math.floor(i / TILE)),
  "tiles farther below": () => KINDS.wide(11_000, 6).map((x, i) => x - (i < TILE ? 0 : 60)),
  "a low first turn": () => KINDS.normal(11_000, 7).map((x, i) => x - (i % TILE < 8 ? 90 : 0)),
  "a high first turn": () => KINDS.normal(11_000, 7).map((x, i) => x + (i % TILE < 8 ? 60 : 0)),
  "just inside the range": () => KINDS.normal(5000, 8).map((x) => x / 4 + 32_760),
};

Deno.test("shares are within 3e-6 of float64 above 1e-37: offset, flat, spiked, masked, far tiles", () => {
  forEachBackend((bench) => {
    for (const [name, make] of Object.entries(HARD)) {
      const row = make(), stored = storeRow(bench, row, 0), shares = shareRow(bench, row, 0, stored);
      const { maximum, logSum } = expected(row);
      for (let i = 0; i < row.length; i++) {
        const p = Math.exp(row[i] - maximum - logSum);
        const bound = p > 1e-37 ? 3e-6 * p : 1e-37;
        assert(Math.abs(shares[i] - p) <= bound, `${name}, ${i}: p(${row[i]}) = ${shares[i]}, not ${p}`);
        if (row[i] === -Infinity) assertEquals(shares[i], 0);
      }
    }
  });
});

Deno.test("weights are relative to the tile's even reference; a tile that has none keeps its logits", () => {
  forEachBackend((bench) => {
    const row = KINDS.normal(4 * TILE, 9);
    row[TILE + 5] = NaN;
    row[2 * TILE + 1023] = Infinity;
    const { weights, references } = storeRow(bench, row, 5);
    assertEquals(references.map(Number.isNaN), [false, true, true, false]);
    for (const tile of [1, 2]) {
      const [from, to] = [tile * TILE, (tile + 1) * TILE];
      assertSameWords(weights.slice(from, to), row.slice(from, to), `tile ${tile}`);
    }
    const { hi, lo } = bench.kernels.base;
    for (const tile of [0, 3]) {
      assertEquals(Math.abs(references[tile] % 2), 0);
      for (let i = tile * TILE; i < (tile + 1) * TILE; i++) {
        const wanted = 2 ** (row[i] * hi + row[i] * lo - references[tile]);
        assert(Math.abs(weights[i] - wanted) <= 3e-7 * wanted, `${weights[i]}, not ${wanted}`);
      }
    }
  });
});
