/** Promise: `weigh`, masked sums and lists see a half-open range and nothing else; a masked sum of all is the sweep's, to the bits. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Column, exp, TILE } from "../../kernels/mod.ts";
import { forEachBackend, KINDS, lay, LENGTHS } from "./support.ts";

const RANGES = [[-2, 3], [0, 0], [0.25, 0.5], [-Infinity, 1], [-1, Infinity], [-Number.MAX_VALUE, Infinity]] as const;

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

Deno.test("a masked sum of all logits has the bits of the sweep's sum; two parts of a row have all its tokens", () => {
  forEachBackend(({ kernels, f64 }) => {
    kernels.arena.lendMany(2, ([{ stage, mapped, table }, lane]) => {
      for (const [kind, make] of Object.entries(KINDS)) {
        for (const length of [1, 7, 1023, 1024, 1025, 3000]) {
          const row = make(length, length), tiles = Math.ceil(length / TILE);
          new Float32Array(kernels.memory, stage, length).set(row);
          kernels.store(stage, length, table, mapped);
          const sumOf = (low: number, high: number) => {
            const n = kernels.sumBetween("mass", stage, mapped, length, table, low, high, lane.table);
            return { n, rows: f64.slice(lane.table >> 3, (lane.table >> 3) + tiles * Column.stride) };
          };
          const all = sumOf(-Infinity, Infinity), swept = f64.slice(table >> 3, (table >> 3) + tiles * Column.stride);
          for (let at = 0; at < tiles * Column.stride; at += Column.stride) {
            const of = (rows: Float64Array) => [rows[at + Column.mantissa], rows[at + Column.exponent]];
            // The reference adds up weights in float64, but keeps them in float32.
            if (kernels.backend === "reference") assertAlmostEquals(all.rows[at], swept[at], 1e-6);
            else assertEquals(of(all.rows), of(swept), `${kind} ${length}`);
          }
          const cut = row[length >> 1];
          assertEquals(all.n, row.filter((x) => x > -Infinity).length);
          assertEquals(sumOf(-Infinity, cut).n + sumOf(cut, Infinity).n, all.n, `${kind} ${length}`);
        }
      }
    });
  });
});

Deno.test("a list has the tokens of its range, ascending, with their weights", () => {
  forEachBackend(({ kernels }) => {
    kernels.arena.lendMany(3, ([{ stage, mapped, table }, { stage: values, mapped: ids }, { stage: shares }]) => {
      const length = 3000, row = KINDS.normal(length, 5), { memory } = kernels;
      new Float32Array(memory, stage, length).set(row);
      kernels.store(stage, length, table, mapped);
      const n = kernels.listBetween(stage, mapped, length, table, 2, 5, 0, values, shares, ids);
      const wanted = [...row.keys()].filter((id) => row[id] >= 2 && row[id] < 5);
      assertEquals([...new Uint32Array(memory, ids, n)], wanted);
      assertEquals([...new Float32Array(memory, values, n)], wanted.map((id) => row[id]));
      const weights = new Float32Array(memory, shares, n);
      wanted.forEach((id, i) => assert(Math.abs(weights[i] / exp(row[id]) - 1) < 2e-6));
    });
  });
});
