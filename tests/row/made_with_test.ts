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

Deno.test("rows of one stream are of the history that each was begun with", async () => {
  const token = made(), first = token.clone(), second = token.clone();
  second.accept(7);
  const rows = reduceStates(fromArray(DATA, { vocabulary: VOCABULARY, chunk: VOCABULARY }), { token }).getReader();
  const { value: one } = await rows.read();
  token.accept(7);
  const { value: two } = await rows.read();
  await rows.cancel();
  const bytes = [one!, two!].map((state) => saveState(state));
  loadState(bytes[0], { token: first });
  loadState(bytes[1], { token: second });
  mismatch(() => loadState(bytes[0], { token: second }), "wanted");
  mismatch(() => loadState(bytes[1], { token: first }), "wanted");
});

Deno.test("what the sampler has become since finishes no state, and folds nothing more into one", async () => {
  const token = made(), before = token.clone();
  // Cut inside a tile, whose logits would be edited by the new history.
  const parts = [await part({ token }, 0, 1500), await part({ token }, 1500, VOCABULARY)];
  token.accept(7);
  mismatch(() => mergeStates(parts), "has changed since");
  mismatch(() => parts[0].merge(parts[1]), "has changed since");
  mismatch(() => finishState(parts[0], { token }, { partial: true }), "wanted");
  mismatch(() => finishState(parts[0], { token: before }, { partial: true }), "has changed since");
  // As bytes they go to one that has the old history.
  const loaded = parts.map((state) => loadState(saveState(state), { token: before }));
  const row = finishState(mergeStates(loaded), { token: before });
  assertEquals(row.token.id, reduceRow(ROW, { token: before }).token.id);
});
