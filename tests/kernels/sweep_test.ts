import { assert, assertEquals } from "@std/assert";
import { Column, TILE } from "../../kernels/mod.ts";
import {
  type Bench,
  expected,
  forEachBackend,
  KINDS,
  lay,
  LENGTHS,
  LEVELS,
  range,
  tableRow,
  totals,
  uniform,
} from "./support.ts";

/** What one tile's row must say, by definition, in the backend's own base: sum and moments about exponent E. */
function define(row: ArrayLike<number>, exponent: number, { hi, lo }: { hi: number; lo: number }): number[] {
  let [sum, moment, square, size] = [0, 0, 0, 0];
  for (let i = 0; i < row.length; i++) {
    if (row[i] === -Infinity) continue;
    const d = row[i] * hi - exponent + row[i] * lo;
    const w = 2 ** d;
    if (w === 0) continue;
    sum += w;
    moment += w * d;
    size += w * Math.abs(d);
    square += w * d * d;
  }
  return [sum, moment, square, size];
}

/** Sweeps one tile at every level and compares each column with its definition. */
function checkTile(bench: Bench, row: Float32Array, shift: number): void {
  const { kernels } = bench;
  const maximum = row.reduce((m, x) => x > m ? x : m, -Infinity);
  for (const level of LEVELS) {
    const at = lay(bench, row, shift);
    bench.f64.fill(7, bench.lane.table >> 3, (bench.lane.table >> 3) + Column.stride);
    assertEquals(kernels.sweep(level, at, row.length, bench.lane.table), 0);
    const got = tableRow(bench);
    assertEquals([got[Column.maximum], got[Column.nan], got[Column.posInf]], [maximum + 0, 0, 0]);
    const depth = LEVELS.indexOf(level);
    if (depth < 3) assertEquals(got[Column.square], 7, "a column above the level was written");
    if (depth < 2) assertEquals(got[Column.moment], 7, "a column above the level was written");
    if (depth < 1) continue;
    const [sum, moment, square, size] = define(row, got[Column.exponent], kernels.base);
    const mantissa = got[Column.mantissa];
    assert(maximum === -Infinity ? mantissa === 0 : mantissa >= 1 && mantissa < 2, `mantissa ${mantissa}`);
    assert(Math.abs(mantissa - sum) <= 1.5e-6 * sum, `sum ${mantissa}, not ${sum}`);
    if (depth > 1) assert(Math.abs(got[Column.moment] - moment) <= 2e-6 * (size + sum), `moment ${moment}`);
    if (depth > 2) assert(Math.abs(got[Column.square] - square) <= 2e-6 * (square + size + sum), `square ${square}`);
  }
}

Deno.test("a tile of any length at any address has the sum and moments of its definition", () => {
  forEachBackend((bench) => {
    for (const length of LENGTHS) {
      if (length === 0 || length > TILE) continue;
      for (const shift of range(0, 3)) checkTile(bench, KINDS.normal(length, length), shift);
    }
  });
});

Deno.test("every kind of row has the sum and moments of its definition", () => {
  forEachBackend((bench) => {
    for (const kind of Object.keys(KINDS)) {
      for (const length of [1, 4, 5, 127, 1000, 1023, 1024]) checkTile(bench, KINDS[kind](length, 3), 1);
    }
  });
});

Deno.test("many tiles are swept as each alone, and nothing is written behind the last row", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { lane: { table } } = bench;
    for (const length of LENGTHS) {
      const row = KINDS.normal(length, length);
      const tiles = Math.ceil(length / TILE);
      for (const level of LEVELS) {
        const at = lay(bench, row, 2);
        bench.f64.fill(7, table >> 3, (table >> 3) + Column.stride * (tiles + 1));
        kernels.sweep(level, at, length, table);
        const whole = range(0, tiles - 1).map((tile) => tableRow(bench, tile));
        assertEquals(tableRow(bench, tiles), [7, 7, 7, 7, 7, 7, 7]);
        whole.forEach((expectedRow, tile) => {
          bench.f64.fill(7, table >> 3, (table >> 3) + Column.stride);
          kernels.sweep(level, at + 4 * TILE * tile, Math.min(TILE, length - TILE * tile), table);
          assertEquals(tableRow(bench), expectedRow);
        });
      }
    }
  });
});

Deno.test("the sum has the same bits at every level, and missing logits count as masked ones", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const next = uniform(11);
    for (let trial = 0; trial < 600; trial++) {
      const length = 1 + Math.floor(next() * TILE);
      const scale = 10 ** (5.7 * next() - 1);
      // Far from 0 the plain build's products often round to an exact half.
      const offset = next() < 0.3 ? 50000 * next() - 25000 : 0;
      const row = Float32Array.from(
        { length },
        () => next() < 0.05 ? -Infinity : offset + (next() - 0.5) * (offset === 0 ? scale : 4),
      );
      if (next() < 0.3) row[Math.floor(next() * length)] = 55 * next() + scale / 2;
      const padded = new Float32Array(TILE).fill(-Infinity);
      padded.set(row);
      const sums = [row, padded].flatMap((values) =>
        LEVELS.slice(1).map((level) => {
          kernels.sweep(level, lay(bench, values, trial % 4), values.length, bench.lane.table);
          return tableRow(bench).slice(0, 3);
        })
      );
      for (const sum of sums) assertEquals(sum, sums[0]);
    }
  });
});

Deno.test("the bits of a sum do not depend on which of its vectors comes first", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    for (const base of [-1000.125, -3, 0, 7.25, 12345.5]) {
      // Weights that are exact in any order: one value, among others that weigh 0, alike in every block.
      const row = new Float32Array(TILE).fill(base);
      for (let i = 0; i < TILE; i++) if ((i >> 2) % 4 === 1) row[i] = base - 200;
      const seen = new Set<string>();
      for (const turn of [0, 4, 8, 64, 500]) {
        const turned = row.map((_, i) => row[(i + turn) % TILE]);
        kernels.sweep("sum", lay(bench, turned), TILE, bench.lane.table);
        seen.add(String(tableRow(bench)));
      }
      assertEquals(seen.size, 1);
    }
  });
});

Deno.test("a maximum far above the first vector is found wherever it is", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    for (const height of [30, 41, 42, 43, 60, 90, 177, 178, 300, 5000, 30000, 40000, 2e6, 2.2e6, 1e9, 3e38]) {
      for (const position of [4, 5, 6, 7, 511, 1023]) {
        const row = new Float32Array(TILE);
        row[position] = height;
        const [maximum, mantissa, , , , logSum] = totals(bench, "sum", row);
        assertEquals(maximum, Math.fround(height));
        assert(mantissa >= 1 && mantissa < 2);
        assert(Math.abs(logSum - 1023 * Math.exp(-height)) <= 2e-7, `${height} at ${position}: log-sum ${logSum}`);
        assertEquals(kernels.sweep("maximum", lay(bench, row), TILE, bench.lane.table), 0);
        assertEquals(tableRow(bench)[Column.maximum], Math.fround(height));
      }
    }
  });
});

const SPECIALS = [NaN, Infinity, -Infinity, 0, -0, 1e-40, -1e-40, 32768, -32768, 32769, 2 ** 21, 2 ** 21 + 1]
  .concat([-(2 ** 21), -(2 ** 21) - 1, 1e7, -1e7, 2 ** 50, -(2 ** 51), 1e30, -1e30, 3.4e38, -3.4e38]);

Deno.test("every special value in every lane gives what float64 gives", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    for (const special of SPECIALS) {
      for (const length of [1, 3, 4, 7, 40, 1023, 1024]) {
        for (const position of new Set([...range(0, 7), length - 5, length - 4, length - 3, length - 2, length - 1])) {
          if (position < 0 || position >= length) continue;
          const row = KINDS.wide(length, length);
          row[position] = special;
          const wanted = expected(row);
          const nan = special !== special ? 1 : 0;
          const posInf = special === Infinity ? 1 : 0;
          for (const level of LEVELS) {
            const invalid = kernels.sweep(level, lay(bench, row, 1), length, bench.lane.table);
            const got = tableRow(bench);
            assertEquals([invalid, got[Column.nan], got[Column.posInf]], [nan + posInf, nan, posInf]);
            if (level !== "maximum" && nan + posInf > 0) assertEquals(got[Column.mantissa], 0);
          }
          if (nan + posInf > 0) continue;
          const [maximum, mantissa, , mean, , logSum] = totals(bench, "squares", row);
          assertEquals(maximum, wanted.maximum + 0);
          if (maximum === -Infinity) continue;
          assert(Math.abs(logSum - wanted.logSum) <= 1e-6, `${special} at ${position} of ${length}: ${logSum}`);
          const entropy = (Math.log2(mantissa) - mean) * Math.LN2;
          assert(Math.abs(entropy - wanted.entropy) <= 2e-6, `${special} at ${position} of ${length}: ${entropy}`);
        }
      }
    }
  });
});

Deno.test("tiles of masks alone, -Infinity or a least number, weigh nothing or evenly", () => {
  forEachBackend((bench) => {
    for (const length of [1, 5, 1024, 5000]) {
      assertEquals(totals(bench, "squares", new Float32Array(length).fill(-Infinity)), [
        -Infinity,
        0,
        0,
        0,
        0,
        -Infinity,
      ]);
      const even = totals(bench, "squares", new Float32Array(length).fill(-3.4028234663852886e38));
      assert(Math.abs(even[5] - Math.log(length)) <= 3e-7);
    }
    assertEquals(totals(bench, "sum", new Float32Array(0)), [-Infinity, 0, 0, 0, 0, -Infinity]);
    const row = new Float32Array(3000).fill(-Infinity);
    row[2500] = NaN;
    row[100] = 5;
    const { kernels } = bench;
    assertEquals(kernels.sweep("sum", lay(bench, row), 3000, bench.lane.table), 1);
    assertEquals(tableRow(bench, 2)[Column.nan], 1);
    assertEquals(tableRow(bench, 2)[Column.maximum], -Infinity);
  });
});
