import { assert, assertEquals } from "@std/assert";
import { Column, type Level, SLOT_BYTES } from "../../kernels/mod.ts";
import { BACKENDS, type Bench, benchOf, forEachBackend, LEVELS, normal, range, uniform } from "./support.ts";

/** A table row of a random tile: exponents near `center`, now and then far away, masked or invalid. */
function randomRow(next: () => number, center: number, spread: number): number[] {
  const kind = next();
  if (kind < 0.05) return [0, 0, -Infinity, 0, 0, 0, 0, 0];
  const exponent = kind < 0.1 ? center - 4000 : Math.round(center + (next() - 0.5) * spread);
  const mantissa = 1 + next();
  const mean = -20 * next();
  return [
    mantissa,
    exponent,
    exponent * 0.69 - next(),
    mantissa * mean,
    mantissa * mean * mean * (1 + next()),
    0,
    0,
    0,
  ];
}

function writeRows(bench: Bench, rows: readonly number[][]): void {
  rows.forEach((row, i) => bench.f64.set(row, (bench.lane.table >> 3) + Column.stride * i));
}

function slotBytes(bench: Bench, at = bench.slot): Uint8Array {
  return bench.bytes.slice(at, at + SLOT_BYTES);
}

function depositAll(bench: Bench, level: Level, rows: readonly number[][]): Uint8Array {
  const { lane: { table }, slot } = bench;
  bench.kernels.clear(slot);
  writeRows(bench, rows);
  bench.kernels.deposit(level, table, rows.length, slot);
  return slotBytes(bench);
}

/** Deposits in shards, each into a slot of its own, and merges them in random pairs. */
function mergeTree(bench: Bench, level: Level, rows: readonly number[][], next: () => number): Uint8Array {
  const { kernels } = bench;
  const { slot } = bench, { spare } = kernels.arena;
  const shards: Uint8Array[] = [];
  for (let done = 0; done < rows.length;) {
    const length = Math.floor(next() * 6);
    shards.push(depositAll(bench, level, rows.slice(done, done + length)));
    done += length;
  }
  while (shards.length > 1) {
    const [a] = shards.splice(Math.floor(next() * shards.length), 1);
    const i = Math.floor(next() * shards.length);
    bench.bytes.set(a, slot);
    bench.bytes.set(shards[i], spare);
    kernels.absorb(slot, spare);
    shards[i] = slotBytes(bench);
  }
  return shards[0];
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

Deno.test("any order and any tree of merges gives the same bytes, on every backend alike", () => {
  const next = uniform(5);
  for (let trial = 0; trial < 150; trial++) {
    const center = [0, 0, -37, 14427, -3e6, 1e9, -2.6e15][trial % 7];
    const rows = range(1, 1 + Math.floor(next() * 24)).map(() => randomRow(next, center, [3, 60, 700][trial % 3]));
    for (const level of LEVELS) {
      const wanted = depositAll(benchOf("reference"), level, rows);
      for (const backend of BACKENDS) {
        const bench = benchOf(backend);
        assertEquals(depositAll(bench, level, rows), wanted, backend);
        for (let i = 0; i < 3; i++) {
          assertEquals(depositAll(bench, level, shuffled(rows, next)), wanted, backend);
          assertEquals(mergeTree(bench, level, shuffled(rows, next), next), wanted, backend);
        }
      }
    }
  }
});

Deno.test("an empty accumulator is the identity, on either side", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { slot } = bench, { spare } = kernels.arena;
    const wanted = depositAll(bench, "squares", [randomRow(uniform(1), 0, 60), [1.5, 3, 2, -1, 1, 0, 0, 0]]);
    kernels.clear(spare);
    kernels.absorb(slot, spare);
    assertEquals(slotBytes(bench), wanted);
    kernels.absorb(spare, slot);
    assertEquals(slotBytes(bench, spare), wanted);
  });
});

Deno.test("the totals are those of float64, for exponents anywhere", () => {
  const next = uniform(17);
  const gauss = normal(3);
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { slot } = bench, { out } = kernels.arena;
    for (let trial = 0; trial < 400; trial++) {
      const center = [0, -45, 1e6, -1e12][trial % 4] + Math.round(40 * next());
      const rows = range(1, 1 + Math.floor(next() * 30)).map(() => randomRow(() => Math.abs(gauss()) % 1, center, 80));
      depositAll(bench, "squares", rows);
      const before = slotBytes(bench);
      kernels.total(slot, out);
      assertEquals(slotBytes(bench), before, "total changed the accumulator");
      const [, mantissa, exponent, mean, meanSquare] = bench.f64.slice(out >> 3, (out >> 3) + 5);
      let [sum, first, second] = [0, 0, 0];
      for (const [m, e, , moment, square] of rows) {
        if (m === 0) continue;
        const k = e - exponent;
        sum += m * 2 ** k;
        first += (moment + k * m) * 2 ** k;
        second += (square + 2 * k * moment + k * k * m) * 2 ** k;
      }
      if (sum === 0) continue;
      assert(Number.isInteger(exponent) && mantissa >= 1 && mantissa < 2);
      assert(Math.abs(mantissa - sum) <= 1e-14 * sum, `${mantissa} ${sum}`);
      assert(Math.abs(mean - first / sum) <= 1e-12 * (1 + Math.abs(mean)), `${mean} ${first / sum}`);
      assert(Math.abs(meanSquare - second / sum) <= 1e-11 * (1 + meanSquare), `${meanSquare} ${second / sum}`);
    }
  });
});

Deno.test("moments that were not accumulated read 0, and those that were read true even when they cancel", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { slot } = bench, { out } = kernels.arena;
    const read = () => [...bench.f64.slice(out >> 3, (out >> 3) + 5)];
    depositAll(bench, "sum", [[1, 5, 3, 9, 9, 0, 0, 0]]);
    kernels.total(slot, out);
    assertEquals(read(), [3, 1, 5, 0, 0]);
    // One logit at y = 1 and four at y = -1: about exponent 0 the moment is 2 - 2.
    depositAll(bench, "moments", [[1, 1, 0.7, 0, 0, 0, 0, 0], [1, 1, 0.7, -4, 0, 0, 0, 0]]);
    kernels.total(slot, out);
    assertEquals(read(), [0.7, 1, 2, -3, 0]);
  });
});

Deno.test("equal rows add up without loss over a hundred thousand tiles", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { lane: { table }, slot } = bench, { spare, out } = kernels.arena;
    const row = [1.9999999999999998, 31, 21, -1000, 5e5, 0, 0, 0];
    writeRows(bench, range(1, 64).map(() => row));
    kernels.clear(slot);
    kernels.deposit("squares", table, 64, slot);
    for (let doubling = 0; doubling < 11; doubling++) {
      bench.bytes.copyWithin(spare, slot, slot + SLOT_BYTES);
      kernels.absorb(slot, spare);
    }
    kernels.total(slot, out);
    const [, mantissa, exponent, mean] = bench.f64.slice(out >> 3, (out >> 3) + 4);
    assertEquals([mantissa, exponent], [1.9999999999999998, 31 + 17]);
    assert(Math.abs(mean - (-1000 / 1.9999999999999998 - 17)) <= 1e-9);
    assertEquals(Column.stride, 16);
  });
});

Deno.test("the total of one tile is that of an accumulator that took it alone, to the bits", () => {
  forEachBackend((bench) => {
    const { kernels, lane: { table }, slot } = bench, { out } = kernels.arena;
    const next = uniform(31);
    for (let trial = 0; trial < 3000; trial++) {
      const row = randomRow(next, trial % 3 ? 40 : Math.round(1e6 * (next() - 0.5)), 300);
      if (trial % 50 === 0) row[Column.maximum] = Infinity;
      depositAll(bench, "sum", [row]);
      kernels.total(slot, out);
      const wanted = bench.bytes.slice(out, out + 48);
      bench.bytes.fill(7, out, out + 48);
      kernels.totalOfTile(table, out);
      assertEquals(
        [...new Float64Array(bench.bytes.slice(out, out + 48).buffer)],
        [...new Float64Array(wanted.buffer)],
        String(row),
      );
    }
  });
});
