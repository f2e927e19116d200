// A state of aligned streams is foreign data: what no rows can give is refused, whatever its check sum says; and so are other streams.
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Reducers } from "../../src/core/mod.ts";
import { errorCode, StateFormatError } from "../../src/core/mod.ts";
import { reduceStates, zip } from "../../src/flow/mod.ts";
import {
  agreement,
  entropy,
  gapVariance,
  klDivergence,
  on,
  pearsonDistance,
  renyiDivergence,
} from "../../src/reducers/mod.ts";
import { finishState, loadState, mergeStates, type RowState, saveState } from "../../src/row/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { openState } from "../../src/catalogue/mod.ts";
import { contentOf, type Loose, withContent } from "../support/state_bytes.ts";

const VOCABULARY = 2500;
const row = (by: number) => Float32Array.from({ length: VOCABULARY }, (_, id) => 5 * Math.sin(by * id));
const STREAMS = zip({ a: fromArray(row(1)), b: fromArray(row(1.01)) });
const REDUCERS: Reducers = {
  kl: klDivergence("a", "b"),
  gap: gapVariance("b", "a"),
  renyi: renyiDivergence("a", "b", { alpha: 2 }),
  tops: agreement("a", "b", { k: 3 }),
  pearson: pearsonDistance("a", "b"),
  h: on("b", entropy()),
};

async function stateOf(reducers: Reducers, streams = STREAMS): Promise<RowState> {
  const [state] = await Array.fromAsync(reduceStates(streams, reducers, { columns: [100, 2300] }));
  return state;
}

const BYTES = saveState(await stateOf(REDUCERS));

/** Where the state of a fact, or of a reducer, is in the body: facts come behind the reducers, in the order in which they are asked for. */
const CROSS = 6, SQUARES = 7, COMBINATION = 8, PRODUCTS = 9, TOPS = 3;

const FORGERIES: Readonly<Record<string, (body: Loose) => void>> = {
  "no streams": (body) => body.streams = [],
  "one stream of two": (body) => body.streams.pop(),
  "a name too few": (body) => body.names.pop(),
  "names that are not text": (body) => body.names = [1, 2],
  "one name twice": (body) => body.names = ["a", "a"],
  "other names": (body) => body.names = ["a", "c"],
  "no names": (body) => body.names = [],
  "more names than there are lanes": (body) => body.names = Array.from({ length: 99 }, (_, i) => `s${i}`),
  "a fragment of one stream": (body) => body.parts[0].head.pop(),
  "a fragment of another length": (body) => body.parts[0].tail[1] = new Float32Array(3),
  "more invalid logits than there are": (body) => body.streams[1].nan = 1e6,
  "a sum with a digit too many": (body) => body.streams[1].sum = new Uint8Array(300),
  "no fact": (body) => body.states.pop(),
  "a fact too many": (body) => body.states.push(null),
  "digits that are missing": (body) => body.states[CROSS][0].sums.digits = new Float64Array(3),
  "digits of another kind": (body) => body.states[CROSS][0].sums.digits = new Float32Array(36),
  "a digit that is no whole number": (body) => body.states[CROSS][1].sums.digits[9] = 0.5,
  "a digit that is no number": (body) => body.states[CROSS][1].sums.digits[9] = NaN,
  "a digit that no tile gives": (body) => body.states[SQUARES][0].sums.digits[20] = 1e300,
  "a negative weight": (body) => body.states[SQUARES][0].sums.digits[1] = -1,
  "a top that is no whole number": (body) => body.states[COMBINATION].sums.top = 0.5,
  "a top that is infinite": (body) => body.states[COMBINATION].sums.top = Infinity,
  "a top that no logits give": (body) => body.states[COMBINATION].sums.top = 1e300,
  "an empty top beside digits": (body) => body.states[COMBINATION].sums.top = -Infinity,
  "ids apart that are not there": (body) => body.states[CROSS][0].apart = 1e6,
  "ids apart in part": (body) => body.states[CROSS][0].apart = 0.5,
  "another base": (body) => body.states[COMBINATION].base.hi = 7,
  "counts beyond what was read": (body) => body.states[PRODUCTS].count = 1e6,
  "products beyond the squares": (body) => body.states[PRODUCTS].products = 10n ** 3000n,
  "squares below 0": (body) => body.states[PRODUCTS].otherSquares = -1n,
  "a list of the second stream that is too long": (body) => body.states[TOPS].second.size = 9e15,
  "an id of the second stream that was not read": (body) => body.states[TOPS].second.ids[0] = 2400,
};

for (const [what, forge] of Object.entries(FORGERIES)) {
  Deno.test(`a forged state of aligned streams is refused: ${what}`, () => {
    const body = contentOf(BYTES);
    forge(body);
    const error = assertThrows(() => loadState(withContent(BYTES, body), REDUCERS));
    assert(["E_STATE_FORMAT", "E_MERGE_MISMATCH", "E_PARAM"].includes(errorCode(error)!), `${error}`);
  });
}

Deno.test("a state of aligned streams that is as it was is taken", () => {
  const again = loadState(withContent(BYTES, contentOf(BYTES)), REDUCERS);
  assertEquals(saveState(again), BYTES);
  assert(BYTES.length < 40_000, `${BYTES.length} bytes`);
});

Deno.test("states of other streams, or of their order, do not merge", async () => {
  const own = await stateOf({ h: on("b", entropy()) });
  const turned = await stateOf({ h: on("b", entropy()) }, zip({ b: fromArray(row(1.01)), a: fromArray(row(1)) }));
  assertThrows(() => mergeStates([own, turned]), StateFormatError);
});

Deno.test("a state of aligned streams says itself what it is of", async () => {
  const made = await stateOf(REDUCERS);
  const { state, reducers } = openState(saveState(made, { specs: true }));
  assertEquals(finishState(state, reducers, { partial: true }), finishState(made, REDUCERS, { partial: true }));
});
