/** A state saved with its specs needs nobody who knows its reducers. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  finishState,
  fromArray,
  ParameterError,
  reduceStates,
  type RowState,
  sampler,
  saveState,
  StateFormatError,
  temperature,
} from "../../mod.ts";
import { openState } from "../../src/catalogue/mod.ts";
import type { Reducers } from "../../src/core/mod.ts";
import { reducerTable } from "../support/reducer_table.ts";

const VOCABULARY = 3000;
const LOGITS = fromArray(Float32Array.from({ length: 2 * VOCABULARY }, (_, i) => 9 * Math.sin(i * i)), {
  vocabulary: VOCABULARY,
}).pipe(temperature(0.7));

async function states(reducers: Reducers): Promise<RowState[]> {
  return await Array.fromAsync(reduceStates(LOGITS, reducers));
}

for (const [name, reducers] of Object.entries(reducerTable(VOCABULARY, 2))) {
  Deno.test(`${name}: a state with its specs finishes by itself, to the same results`, async () => {
    for (const made of await states(reducers)) {
      const opened = openState(saveState(made, { specs: true }));
      assertEquals(Object.keys(opened.reducers), Object.keys(reducers));
      assertEquals(finishState(opened.state, opened.reducers), finishState(made, reducers));
      assertEquals(saveState(opened.state), saveState(made));
    }
  });
}

Deno.test("a state without its specs is refused, and told how to be saved", async () => {
  const [made] = await states({ token: sampler({ seed: 1 }) });
  const error = assertThrows(() => openState(saveState(made)), StateFormatError);
  assert(error.message.includes("{ specs: true }"), error.message);
});

Deno.test("a state of a reducer that nobody registered is refused by its name", async () => {
  const own = {
    spec: { name: "acme:count", params: {}, inputs: [] },
    init: () => ({ count: 0 }),
    step: (state: { count: number }, { values }: { values: ArrayLike<number> }) => void (state.count += values.length),
    merge: (into: { count: number }, { count }: { readonly count: number }) => void (into.count += count),
    finish: ({ count }: { readonly count: number }) => count,
  };
  const [made] = await states({ own });
  assertThrows(() => openState(saveState(made, { specs: true })), ParameterError, '"acme:count"');
});
