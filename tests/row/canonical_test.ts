/** Law: equal content, equal bytes: a saved state does not tell how its row was chunked, cut and merged. */
import { assertEquals, assertNotEquals } from "@std/assert";
import {
  fromArray,
  keepTopP,
  keepTypical,
  mergeStates,
  penalties,
  type Reducers,
  reduceStates,
  sampler,
} from "@sluice/sluice";
import { loadState, type RowState, saveState } from "@sluice/sluice/row";
import { label, target, topK } from "@sluice/sluice/reducers";
import { Random } from "../support/random.ts";

const random = new Random(12);
const VOCABULARY = 9000;
const ROW = Float32Array.from({ length: VOCABULARY }, () => Math.fround(3 * random.normal()));

const SETS: Readonly<Record<string, Reducers>> = {
  topK: { few: topK(3), many: topK(300) },
  ranks: { target: target([5, 8000], { rank: true }), label: label([77], { rank: true }) },
  "a plain draw": { token: sampler({ seed: 1 }) },
  "a wide cut": { token: sampler({ seed: 1, chain: [keepTopP(0.97)], details: true, draws: 3 }) },
  "edits before a cut": {
    token: sampler({
      seed: 2,
      chain: [penalties({ repetition: 1.3 }), keepTypical(0.9)],
      prompt: [1, 2, 3],
      topLogprobs: 4,
    }),
  },
};

async function stateOf(reducers: Reducers, chunk: number, columns: readonly [number, number]): Promise<RowState> {
  const [state] = await Array.fromAsync(reduceStates(fromArray(ROW, { chunk }), reducers, { columns }));
  return state;
}

for (const [name, reducers] of Object.entries(SETS)) {
  Deno.test(`any chunks, cuts and merges give the same bytes: ${name}`, async () => {
    const wanted = saveState(await stateOf(reducers, VOCABULARY, [0, VOCABULARY]));
    for (const chunk of [1000, 1024, 4097]) {
      assertEquals(saveState(await stateOf(reducers, chunk, [0, VOCABULARY])), wanted);
    }
    for (let trial = 0; trial < 6; trial++) {
      const cuts = [0, VOCABULARY, ...Array.from({ length: 1 + trial }, () => 1 + random.whole(VOCABULARY - 1))];
      const ends = [...new Set(cuts)].sort((a, b) => a - b);
      const parts = await Promise.all(ends.slice(1).map((to, i) => stateOf(reducers, 700, [ends[i], to])));
      const sent = parts.map((part, i) => i % 2 ? loadState(saveState(part), reducers) : part);
      const shuffled = random.shuffle(sent), half = 1 + random.whole(shuffled.length);
      const merged = mergeStates([mergeStates(shuffled.slice(0, half)), ...shuffled.slice(half)]);
      assertEquals(saveState(merged), wanted, `cut at ${ends}`);
      // To save a state changes nothing in it.
      assertEquals(saveState(merged), wanted);
    }
  });
}

Deno.test("a part that covers the same ids has the same bytes, however it came to be", async () => {
  const reducers = SETS["a wide cut"];
  const at = (columns: readonly [number, number]) => stateOf(reducers, 512, columns);
  const whole = saveState(await at([300, 7000]));
  assertEquals(saveState(mergeStates([await at([2500, 7000]), await at([300, 2500])])), whole);
  assertNotEquals(saveState(await at([300, 6999])), whole);
});

Deno.test("the specs are written on request, and need not be there to load it", async () => {
  const reducers = { top: topK(3) };
  const state = await stateOf(reducers, 1000, [0, VOCABULARY]);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const plain = saveState(state), told = saveState(state, { specs: true });
  assertEquals(text(plain).includes('"topK"'), false);
  assertEquals(
    text(told).includes('"specs":[{"name":"top","spec":{"name":"topK","params":{"k":3},"inputs":[]}}]'),
    true,
  );
  assertEquals(saveState(loadState(told, reducers)), plain);
});
