/**
 * What does an operator cost?
 *
 * Temperature divides each logit while its tile is in the first-level cache. The same as a `TransformStream` of chunks by
 * hand, which writes and reads another array, is what it saves. Log-sum-exp of one row of 4 Mi logits; only of interest.
 * Measured when the engine was designed: 1.6 times log-sum-exp alone, against 6.4 times by hand.
 */
import { type Chunk, fromArray, type Logits, logitsFrom, logSumExp, temperature } from "../mod.ts";
import { ask } from "./_ask.ts";
import { drain } from "./_drain.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

const LENGTH = 2 ** 22;
const logits = once(() => fromArray(normalLogits(LENGTH)));
const reducers = { lse: logSumExp() };

ask({
  question: "temperature, log-sum-exp of a row of 4 Mi",
  logits: LENGTH,
  ways: {
    "none": () => {
      const plain = logits();
      return () => drain(plain, reducers);
    },
    "temperature(0.8)": () => {
      const cooled = logits().pipe(temperature(0.8));
      return () => drain(cooled, reducers);
    },
    "a TransformStream by hand": () => {
      const cooled = byHand(logits(), 0.8);
      return () => drain(cooled, reducers);
    },
  },
});

function byHand(logits: Logits, temperature: number): Logits {
  const divided = (data: Chunk["data"]): Float32Array => (data as Float32Array).map((x) => x / temperature);
  return logitsFrom({
    shape: logits.shape,
    replay: logits.replay,
    spec: logits.spec,
    open: (range) =>
      logits.open(range).pipeThrough(
        new TransformStream<Chunk, Chunk>({
          transform: (chunk, controller) => controller.enqueue({ ...chunk, data: divided(chunk.data) }),
        }),
      ),
  });
}
