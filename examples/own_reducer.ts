// A reducer of your own: how many tokens are within a margin of a logit. Say what the state is, how a tile and another
// state are added to it, and what comes out; the engine gives the same answer for any chunking, cut and merge order.
import { finishState, fromArray, mergeStates, reduce, type Reducer, reduceStates } from "@sluice/sluice";
import { wholeFault } from "@sluice/sluice/core";
import { assertEquals } from "@std/assert";

interface Count {
  above: number;
}

function countAbove(logit: number): Reducer<number, Count> {
  return {
    spec: { name: "countAbove", params: { logit }, inputs: [] },
    init: () => ({ above: 0 }),
    step(state, { values }) {
      for (const value of values) if (value > logit) state.above++;
    },
    // Whole numbers add up exactly in any order; so must whatever your `merge` does.
    merge: (into, from) => void (into.above += from.above),
    // A state may come from elsewhere: no more can be above than were read. Where `merge` or `finish` trusts sizes or positions, look here.
    validate: ({ above }, { count }) => wholeFault("above", above, 0, count),
    // A row with NaN has no answer.
    finish: ({ above }, { nan }) => nan > 0 ? NaN : above,
  };
}

const row0 = Float32Array.from({ length: 10_000 }, (_, id) => Math.sin(id));
const logits = fromArray(row0);
const reducers = { likely: countAbove(0.9) };
const [row] = await Array.fromAsync(reduce(logits, reducers));
console.log(`${row.likely} of ${row.count} logits are above 0.9`);

// Cut anywhere, merged in any order: the same.
const parts = [];
for (const columns of [[4321, 10_000], [0, 4321]] as const) {
  parts.push(...await Array.fromAsync(reduceStates(logits, reducers, { columns })));
}
assertEquals(finishState(mergeStates(parts), reducers).likely, row.likely);
assertEquals(row.likely, row0.filter((logit) => logit > 0.9).length);
