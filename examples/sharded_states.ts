// A vocabulary cut into shards, as tensor-parallel models do: each shard reduces its part to a few kilobytes, which
// travel and merge in any order. The result has the bits of one read of the whole.
import {
  entropy,
  finishState,
  fromFile,
  loadState,
  logSumExp,
  mergeStates,
  reduce,
  reduceStates,
  saveState,
  topK,
} from "@sluice/sluice";
import { assertEquals } from "@std/assert";

const logits = await fromFile(new URL("data/lm_logits_f32.npy", import.meta.url));
const reducers = { lse: logSumExp(), h: entropy(), top: topK(3) };
const rows = [0, 1] as const;

// On eight machines: 200,019 tokens do not divide by 8, nor by the engine's tiles. It does not matter.
const cuts = Array.from({ length: 9 }, (_, shard) => Math.floor(shard * logits.shape.vocabulary / 8));
const messages: Uint8Array[] = [];
for (let shard = 0; shard < 8; shard++) {
  const columns = [cuts[shard], cuts[shard + 1]] as const;
  for await (const state of reduceStates(logits, reducers, { rows, columns })) messages.push(saveState(state));
}
console.log("bytes of each shard's state:", messages.map((bytes) => bytes.length).join(", "));

// Where they meet, in whatever order they come.
messages.reverse();
const merged = mergeStates(messages.map((bytes) => loadState(bytes, reducers)));
const result = finishState(merged, reducers);
console.log(`log-sum-exp ${result.lse}, entropy ${result.h} nats`);

const [whole] = await Array.fromAsync(reduce(logits, reducers, { rows }));
assertEquals(result, whole);
