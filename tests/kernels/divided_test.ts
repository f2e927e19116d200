// Promise: the sweeps that divide give what dividing first gives, to the bit: tables, weights, counts of invalid tiles; and leave the logits alone.
import { assertEquals } from "@std/assert";
import { Column, type Kernels, loadKernels, TILE, TILES } from "../../kernels/mod.ts";
import { BACKENDS } from "./support.ts";
import { Random } from "../support/random.ts";
import { ROWS } from "../support/rows.ts";
import { assertSameBits } from "../support/same_bits.ts";

const SIDES: readonly [string, Kernels][] = [
  ...BACKENDS.map((backend): [string, Kernels] => [backend, loadKernels(backend)]),
  ["reference, f64", loadKernels("reference", "f64")],
];
const DIVISORS = [0.7, 1, 1.3, 3, 1e-30, 1e-38, 1e-45, 3e38];
const COUNTS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 255, 256, 257, 263, 1023, 1024, 1025, 2050, 3 * TILE + 261];

/** A view of logits in the arena. */
function logitsAt({ element, memory }: Kernels, at: number, count: number): Float32Array | Float64Array {
  return element === "f64" ? new Float64Array(memory, at, count) : new Float32Array(memory, at, count);
}

/** The rows of a sweep's table, first filled with something else, and what the sweep gave. */
function swept(
  { memory }: Kernels,
  count: number,
  at: number,
  sweep: (table: number) => number,
): { rows: Float64Array; invalid: number } {
  const rows = new Float64Array(memory, at, Math.ceil(count / TILE) * Column.stride);
  rows.fill(7);
  const invalid = sweep(at);
  return { rows: rows.slice(), invalid };
}

for (const [name, kernels] of SIDES) {
  const bytes = kernels.element === "f64" ? 8 : 4;
  const room = TILES * TILE / 2 * bytes;

  Deno.test(`dividing inside a sweep is dividing before it: ${name}`, () => {
    const random = new Random(5);
    kernels.arena.lend(({ stage, mapped, table }) => {
      Object.entries(ROWS).forEach(([row, make], i) => {
        DIVISORS.forEach((by, j) => {
          const count = COUNTS[(3 * i + 7 * j) % COUNTS.length];
          const shift = bytes * ((i + j) % 4), first = stage + shift, divided = stage + room + shift;
          const weights = mapped + bytes * (j % 3), wanted = mapped + room + bytes * (j % 3);
          const raw = logitsAt(kernels, first, count), quotients = logitsAt(kernels, divided, count);
          const at = make(random, count);
          for (let id = 0; id < count; id++) raw[id] = at(id);
          const before = raw.slice();
          quotients.set(raw);
          kernels.divide(divided, count, by);
          for (const level of ["maximum", "sum"] as const) {
            assertSameBits(
              swept(kernels, count, table, (table) => kernels.sweepDivided(level, first, count, by, table)),
              swept(kernels, count, table, (table) => kernels.sweep(level, divided, count, table)),
              `${level} of ${count}, ${row} / ${by}`,
            );
          }
          assertSameBits(
            swept(kernels, count, table, (table) => kernels.storeDivided(first, count, by, table, weights)),
            swept(kernels, count, table, (table) => kernels.store(divided, count, table, wanted)),
            `store of ${count}, ${row} / ${by}`,
          );
          assertSameBits(
            logitsAt(kernels, weights, count),
            logitsAt(kernels, wanted, count),
            `weights, ${row} / ${by}`,
          );
          assertEquals(logitsAt(kernels, first, count), before);
        });
      });
    });
  });
}
