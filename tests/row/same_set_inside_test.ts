import { type Reducer, reduceRow } from "../../mod.ts";
import { assertEquals } from "@std/assert";

const OUTER = Float32Array.of(1, 2, 3, 4), INNER = Float32Array.of(10, 20, 30, 40);

/** Sums a row, and reduces another one by the same reducers in the middle of each of its functions. */
function summing(inside: (where: string) => void): Reducer<number, { sum: number }> {
  const reducer: Reducer<number, { sum: number }> = {
    spec: { name: "summing", params: {}, inputs: [] },
    init: () => ({ sum: 0 }),
    renew(state) {
      inside("renew");
      state.sum = 0;
    },
    step(state, { values }) {
      inside("step");
      for (const x of values) state.sum += x;
    },
    merge: (into, { sum }) => into.sum += sum,
    finish({ sum }) {
      inside("finish");
      return sum;
    },
    second({ sum }) {
      inside("second");
      return { ...reducer, second: () => undefined, finish: (state) => state.sum + sum };
    },
  };
  return reducer;
}

for (const where of ["renew", "step", "finish", "second"]) {
  Deno.test(`a row reduced by the same reducers inside of ${where} leaves the outer one alone`, () => {
    let deep = 0;
    const reducers = {
      sum: summing((at) => {
        if (at !== where || deep > 0) return;
        deep++;
        assertEquals(reduceRow(INNER, reducers).sum, 200);
        deep--;
      }),
    };
    for (let turn = 0; turn < 3; turn++) assertEquals(reduceRow(OUTER, reducers).sum, 20);
  });
}
