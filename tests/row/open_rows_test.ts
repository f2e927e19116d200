/** Promise: many rows may be open at a time: each has the bits of a row that was read alone. */
import { assertEquals } from "@std/assert";
import { availableBackends, loadKernels, TILE } from "../../kernels/mod.ts";
import { reduceRow } from "@sluice/sluice";
import { entropy, logSumExp, maximum, moments, topK } from "@sluice/sluice/reducers";
import { ReducerSet, RowState, viewOf } from "../../src/row/inside.ts";
import { Random } from "../support/random.ts";
import { assertSameBits } from "../support/same_bits.ts";

const REDUCERS = { lse: logSumExp(), h: entropy(), best: maximum(), m: moments(), top: topK(5) };

for (const backend of availableBackends()) {
  // More rows than the arena has slots: some must leave it in between.
  for (const count of [2, 64, 150]) {
    Deno.test(`${count} rows advance tile by tile: ${backend}`, () => {
      const random = new Random(count), kernels = loadKernels(backend), vocabulary = 3 * TILE + 77;
      const rows = Array.from(
        { length: count },
        () => Float32Array.from({ length: vocabulary }, () => 4 * random.normal()),
      );
      const set = new ReducerSet(REDUCERS);
      const states = rows.map((_, row) => new RowState(set, kernels, row, vocabulary));
      for (let start = 0; start < vocabulary; start += TILE) {
        kernels.arena.lend((lane) => {
          for (const row of random.shuffle([...rows.keys()])) {
            const tile = rows[row].subarray(start, start + TILE);
            viewOf(kernels, lane.stage, tile.length).set(tile);
            states[row].extend({ lanes: [lane], at: [lane.stage], count: tile.length, row, start });
          }
        });
      }
      states.forEach((state, row) => {
        const wanted: Record<string, unknown> = { ...reduceRow(rows[row], REDUCERS, { backend, index: row }) };
        const { facts, results } = state.finish();
        assertEquals(facts[0].index, row);
        set.names.forEach((name, i) => assertSameBits(results[i], wanted[name], `row ${row}, ${name}`));
      });
    });
  }
}
