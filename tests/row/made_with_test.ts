/** Promise: a state says what it was made with, whatever its sampler has accepted since. */
import { assertEquals, assertThrows } from "@std/assert";
import { finishState, fromArray, loadState, mergeStates, penalties, type Reducers, reduceStates } from "@sluice/sluice";
import { reduceRow, type RowState, sampler, saveState, StateFormatError } from "@sluice/sluice";

const VOCABULARY = 3000;
const DATA = Float32Array.from({ length: 2 * VOCABULARY }, (_, id) => Math.sin(id * id));
const ROW = DATA.subarray(0, VOCABULARY);
const made = () => sampler({ chain: [penalties({ repetition: 1.5 })], seed: 3, prompt: [5, 6] });

async function part(reducers: Reducers, from: number, to: number): Promise<RowState> {
  return (await Array.fromAsync(reduceStates(fromArray(ROW), reducers, { columns: [from, to] })))[0];
}

function mismatch(run: () => unknown, says: string): void {
  assertEquals(assertThrows(run, StateFormatError, says).code, "E_MERGE_MISMATCH");
}

Deno.test("states made before and after a token was accepted do not merge", async () => {
  const token = made();
  const left = await part({ token }, 0, 1500);
  token.accept(7);
  const right = await part({ token }, 1500, VOCABULARY);
  mismatch(() => mergeStates([left, right]), "reducers");
  mismatch(() => mergeStates([right, left]), "reducers");
  mismatch(() => left.merge(right), "reducers");
});

Deno.test("a state is saved as of the history that it was made with", async () => {
  const token = made(), before = token.clone();
  const wanted = saveState(await part({ token: before }, 0, VOCABULARY), { specs: true });
  const state = await part({ token }, 0, VOCABULARY);
  token.accept(7);
  const bytes = saveState(state, { specs: true });
  assertEquals(bytes, wanted);
  mismatch(() => loadState(bytes, { token }), "wanted");
  const { token: sample } = finishState(loadState(bytes, { token: before }), { token: before });
  assertEquals(sample.id, reduceRow(ROW, { token: before }).token.id);
});

Deno.test("rows of one stream are all of the history that the stream was begun with", async () => {
  const token = made(), first = token.clone(), second = token.clone();
  second.accept(7);
  const rows = reduceStates(fromArray(DATA, { vocabulary: VOCABULARY, chunk: VOCABULARY }), { token }).getReader();
  const { value: one } = await rows.read();
  token.accept(7);
  const { value: two } = await rows.read();
  await rows.cancel();
  const bytes = [one!, two!].map((state) => saveState(state));
  for (const state of bytes) {
    loadState(state, { token: first });
    mismatch(() => loadState(state, { token: second }), "wanted");
  }
});

Deno.test("what the sampler has become since finishes no state, and folds nothing more into one", async () => {
  const token = made(), before = token.clone();
  // Cut inside a tile, whose logits would be edited by the new history.
  const parts = [await part({ token }, 0, 1500), await part({ token }, 1500, VOCABULARY)];
  const loaded = () => parts.map((state) => loadState(saveState(state), { token }));
  const own = loaded();
  token.accept(7);
  // Loaded they have the sampler itself, which is another now.
  mismatch(() => mergeStates(own), "has changed since");
  mismatch(() => own[0].merge(own[1]), "has changed since");
  mismatch(() => finishState(own[0], { token }, { partial: true }), "wanted");
  mismatch(() => finishState(own[0], { token: before }, { partial: true }), "has changed since");
  mismatch(loaded, "wanted");
  // The flow's have the sampler as it was.
  mismatch(() => finishState(parts[0], { token }, { partial: true }), "wanted");
  const wanted = reduceRow(ROW, { token: before });
  const again = parts.map((state) => loadState(saveState(state), { token: before }));
  for (const states of [again, parts]) {
    assertEquals(finishState(mergeStates(states), { token: before }).token, wanted.token);
  }
});
