/** Promise: a merge that fails changes nothing: it may be tried again, and nothing is counted twice. */
import { assertEquals, assertThrows } from "@std/assert";
import { finishState, fromArray, logSumExp, mergeStates, moments, type Reducer, reduceStates } from "@sluice/sluice";
import { type RowState, saveState } from "@sluice/sluice/row";

const ROW = Float32Array.from({ length: 5000 }, (_, id) => Math.sin(id * id));

/** How many more calls of a kind go well. */
const left = { merge: Infinity, step: Infinity };

function spend(kind: keyof typeof left): void {
  if (left[kind]-- <= 0) throw new Error(`this ${kind} fails`);
}

/** Counts logits, as long as all goes well. */
const count: Reducer<number, { count: number }> = {
  spec: { name: "count", params: {}, inputs: [] },
  init: () => ({ count: 0 }),
  step(state, { values }) {
    state.count += values.length;
    spend("step");
  },
  merge(into, from) {
    into.count += from.count;
    spend("merge");
  },
  finish: ({ count }) => count,
};

// Before it and behind it there is more to be merged.
const REDUCERS = { m: moments(), seen: count, lse: logSumExp() };

async function part(from: number, to: number): Promise<RowState> {
  return (await Array.fromAsync(reduceStates(fromArray(ROW), REDUCERS, { columns: [from, to] })))[0];
}

for (const kind of ["merge", "step"] as const) {
  for (const well of kind === "merge" ? [0, 1] : [0]) {
    Deno.test(`after ${well} good calls a ${kind} fails, and the states are as they were`, async () => {
      // Cut inside a tile, which a merge must step.
      const states = [await part(0, 1500), await part(1500, 5000)], [one, other] = states;
      const before = states.map((state) => saveState(state));
      for (const merge of [() => one.merge(other), () => other.merge(one), () => mergeStates(states)]) {
        left[kind] = well;
        try {
          assertThrows(merge, Error, `this ${kind} fails`);
        } finally {
          left[kind] = Infinity;
        }
        assertEquals(states.map((state) => saveState(state)), before);
      }
      one.merge(other);
      const whole = await part(0, 5000);
      assertEquals(one.covered, [[0, 5000]]);
      assertEquals(saveState(one), saveState(whole));
      assertEquals(finishState(one, REDUCERS), finishState(whole, REDUCERS));
      assertEquals(saveState(other), before[1]);
    });
  }
}
