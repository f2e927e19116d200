import { assert, assertEquals } from "@std/assert";
import { TILE } from "../../kernels/mod.ts";
import { forEachBackend, KINDS, lay, LENGTHS, range, uniform } from "./support.ts";

/** Rows of ties, masks and NaN, and thresholds on, between and beyond their values. */
function rowOf(length: number): Float32Array {
  const row = KINDS.tied(length, length);
  for (let i = 0; i < length; i += 7) row[i] = [-Infinity, NaN, Infinity, -0, 0, 3e38][(i / 7) % 6];
  return row;
}

const THRESHOLDS = [0, -0, 0.25, 0.3, 0.1, 1e-50, -1e-50, 0.75, 1, 3e38, 1e300, -1e300, Infinity, -Infinity, NaN];

Deno.test("collect gives the ascending positions above a threshold, or on it, and writes no more", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { indices } = kernels.arena;
    const words = new Uint32Array(kernels.memory);
    for (const length of LENGTHS.filter((n) => n <= TILE)) {
      const row = rowOf(length);
      for (const threshold of THRESHOLDS) {
        for (const inclusive of [false, true]) {
          words.fill(77, indices >> 2, (indices >> 2) + TILE);
          const found = kernels.collect(lay(bench, row, length % 4), length, threshold, inclusive, indices);
          const wanted = [...row.keys()].filter((i) => row[i] > threshold || (inclusive && row[i] === threshold));
          assertEquals([...words.slice(indices >> 2, (indices >> 2) + found)], wanted);
          assert(words.slice((indices >> 2) + found, (indices >> 2) + TILE).every((word) => word === 77));
        }
      }
    }
  });
});

Deno.test("counts and find agree with their definition at any length and address", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    for (const length of LENGTHS) {
      const row = rowOf(length);
      for (const value of THRESHOLDS) {
        const at = lay(bench, row, length % 4);
        assertEquals(kernels.countGreater(at, length, value), row.filter((x) => x > value).length);
        assertEquals(kernels.find(at, length, value), row.findIndex((x) => x === value));
      }
      assertEquals(kernels.countMasked(lay(bench, row, 3), length), row.filter((x) => x === -Infinity).length);
    }
    const row = KINDS.normal(TILE, 1);
    for (const position of range(0, TILE - 1)) {
      assertEquals(kernels.find(lay(bench, row, position % 4), TILE, row[position]), row.indexOf(row[position]));
    }
  });
});

Deno.test("at least k logits reach the bound for k, and it is near the k-th largest", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const next = uniform(9);
    for (const length of [1, 4, 31, 32, 33, 100, 1000, 1023, 1024]) {
      for (const kind of Object.keys(KINDS)) {
        const row = KINDS[kind](length, length);
        if (next() < 0.5) row[Math.floor(next() * length)] = NaN;
        const sorted = [...row].filter((x) => x === x).sort((a, b) => b - a);
        for (const k of [1, 2, 5, 20, 50, 64, 65, 200]) {
          const bound = kernels.bound(lay(bench, row, k % 4), length, k);
          assert(
            row.filter((x) => x >= bound).length >= Math.min(k, sorted.length),
            `${kind} ${length} ${k}: ${bound}`,
          );
          if (bound === -Infinity) continue;
          assert(bound >= sorted[Math.min(sorted.length - 1, 8 * k)], `${kind} ${length} ${k}: ${bound} is low`);
        }
      }
    }
    const row = KINDS.normal(TILE, 3);
    assertEquals(kernels.bound(lay(bench, row), TILE, 1), Math.max(...row));
    assert(kernels.bound(lay(bench, row), TILE, 64) > -Infinity);
    assertEquals(kernels.bound(lay(bench, row), TILE, 0), -Infinity);
  });
});

Deno.test("a float64 threshold lies between the right float32 logits", () => {
  const most = 3.4028234663852886e38;
  const row = Float32Array.of(-Infinity, -most, -1, -1 + 2 ** -24, 0, 2 ** -149, 1, 1 + 2 ** -23, most, Infinity);
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { indices } = kernels.arena;
    const least = (threshold: number, inclusive: boolean): number => {
      const found = kernels.collect(lay(bench, row), row.length, threshold, inclusive, indices);
      return found === 0 ? NaN : row[new Uint32Array(kernels.memory, indices, 1)[0]];
    };
    assertEquals(least(1, true), 1);
    assertEquals(least(1, false), 1 + 2 ** -23);
    assertEquals(least(1 + 2 ** -40, true), 1 + 2 ** -23);
    assertEquals(least(-1, false), -1 + 2 ** -24);
    assertEquals(least(0, false), 2 ** -149);
    assertEquals(least(-Infinity, false), -most);
    assertEquals(least(most, false), Infinity);
    assertEquals(least(Infinity, false), NaN);
    assertEquals(least(Infinity, true), Infinity);
    assertEquals(kernels.countGreater(lay(bench, row), row.length, 1 + 2 ** -40), 3);
  });
});
