/** Promise: a tally counts every logit in its cell, the same on every backend; `within` and `weigh` see a half-open range and nothing else. */
import { assert, assertEquals } from "@std/assert";
import { Cell, exp, TILE } from "../../kernels/mod.ts";
import { type Bench, forEachBackend, KINDS, lay, LENGTHS } from "./support.ts";

/** A cell number for the bottom of the ring, such that the row's largest logit lies in the ring's last unit. */
function leastOf(row: Float32Array): number {
  const top = row.reduce((a, b) => b > a ? b : a, -Infinity);
  return (Math.floor(4 * (top === -Infinity ? 0 : top)) - 254) * 64 - 1;
}

/** Count and sum of steps of every cell that the row fills, by definition. */
function cellsOf(row: Float32Array, least: number): Map<number, [number, number]> {
  const cells = new Map<number, [number, number]>();
  for (const x of row) {
    const step = Math.max(least * Cell.steps, Math.floor(x * 2 ** 18));
    const cell = Math.floor(step / Cell.steps);
    const known = cells.get(cell) ?? [0, 0];
    cells.set(cell, [known[0] + 1, known[1] + step - cell * Cell.steps]);
  }
  return cells;
}

function tallied({ kernels, cells }: Bench, place: number): [number, number] {
  const [low, high] = new Uint32Array(kernels.memory, cells + 8 * place, 2);
  return [Math.floor(high / 16), (high % 16) * 2 ** 32 + low];
}

function checkTally(bench: Bench, row: Float32Array): void {
  const { kernels, cells } = bench;
  new Uint8Array(kernels.memory, cells, 8 * Cell.ring).fill(0);
  const least = leastOf(row);
  kernels.tally(lay(bench, row, row.length % 4), row.length, least, cells);
  let count = 0;
  for (const [cell, wanted] of cellsOf(row, least)) {
    count += wanted[0];
    if (cell === least) continue;
    assertEquals(tallied(bench, ((cell % Cell.ring) + Cell.ring) % Cell.ring), wanted, `cell ${cell}`);
  }
  assertEquals(count, row.length);
}

Deno.test("a tally has every logit in its cell, far from 0 and across the fast path's borders too", () => {
  forEachBackend((bench) => {
    for (const length of LENGTHS.filter((n) => n <= TILE && n > 0)) {
      checkTally(bench, KINDS.normal(length, length));
    }
    for (const kind of Object.values(KINDS)) checkTally(bench, kind(777, 5));
    for (const centre of [-1024, 1024, 2048, -3000.5, 32768, 2 ** 21 - 8, 2 ** 21, -(2 ** 22), 1e20, -3e38]) {
      checkTally(bench, KINDS.normal(300, 3).map((x) => x + centre));
    }
  });
});

Deno.test("the same logits give the same cells whatever the bottom of the ring was", () => {
  forEachBackend((bench) => {
    const { kernels, cells } = bench;
    // The base of the fast path changes between these.
    const row = KINDS.normal(512, 8).map((x) => 2040 + x);
    const found = [0, 20, 1].map((more) => {
      new Uint8Array(kernels.memory, cells, 8 * Cell.ring).fill(0);
      kernels.tally(lay(bench, row, 0), row.length, leastOf(row) + 64 * more, cells);
      return [...cellsOf(row, -Infinity).keys()].map((cell) => tallied(bench, cell % Cell.ring));
    });
    assertEquals(found[1], found[0]);
    assertEquals(found[2], found[0]);
  });
});

const RANGES = [[-2, 3], [0, 0], [0.25, 0.5], [-Infinity, 1], [-1, Infinity], [-Number.MAX_VALUE, Infinity]] as const;

Deno.test("within keeps a half-open range and masks the rest, in place too", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    for (const length of LENGTHS.filter((n) => n <= TILE)) {
      const row = KINDS.masked(length, length).map((x) => x - 5);
      for (const [low, high] of RANGES) {
        const at = lay(bench, row, length % 4);
        kernels.within(at, length, low, high, at);
        const wanted = row.map((x) => x >= low && x < high ? x : -Infinity);
        assertEquals(new Float32Array(kernels.memory, at, length), wanted);
      }
    }
  });
});

Deno.test("weigh agrees with its definition to 1e-12", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { out } = kernels.arena;
    for (const length of LENGTHS.filter((n) => n <= TILE)) {
      const row = KINDS.masked(length, length).map((x) => 3 * x - 15);
      for (const [low, high] of RANGES) {
        for (const by of [1, 0.7, 30]) {
          kernels.weigh(lay(bench, row, length % 4), length, low, high, 15, by, out);
          const sums = [0, 0, 0, 0];
          for (const x of row) {
            if (!(x >= low && x < high)) continue;
            const d = Math.max(-700, (x - 15) / by), w = exp(d);
            [1, w, w * d, w * w].forEach((term, i) => sums[i] += term);
          }
          const found = new Float64Array(kernels.memory, out, 4);
          sums.forEach((sum, i) => assert(Math.abs(found[i] - sum) <= 2e-12 * Math.abs(sum), `${found[i]} for ${sum}`));
        }
      }
    }
  });
});
