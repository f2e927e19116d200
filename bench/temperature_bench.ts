/**
 * What does a temperature cost?
 *
 * As the last operator it is divided by inside the sweep, so log-sum-exp pays for the division alone. The same as a `TransformStream` of
 * chunks by hand, which writes and reads another array, is what is saved. The best k are chosen on the logits as they are, and only what may
 * enter is divided: without log-probabilities a temperature costs nothing to speak of.
 */
import { type Chunk, fromArray, type Logits, logitsFrom, logSumExp, type Reducers, temperature, topK } from "../mod.ts";
import { ask, type Way } from "./_ask.ts";
import { drain } from "./_drain.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

for (const [size, length] of [["200,000", 200_000], ["4 Mi", 2 ** 22]] as const) {
  const logits = once(() => fromArray(normalLogits(length)));
  const none = (reducers: Reducers): Way => () => {
    const plain = logits();
    return () => drain(plain, reducers);
  };
  const cooled = (reducers: Reducers): Way => () => {
    const piped = logits().pipe(temperature(0.8));
    return () => drain(piped, reducers);
  };

  ask({
    question: `temperature, log-sum-exp of a row of ${size}`,
    logits: length,
    ways: {
      "none": none({ lse: logSumExp() }),
      "temperature(0.8)": cooled({ lse: logSumExp() }),
      "a TransformStream by hand": () => {
        const piped = byHand(logits(), 0.8);
        return () => drain(piped, { lse: logSumExp() });
      },
    },
    targets: [{ of: "temperature(0.8)", against: "none", most: 1.3 }],
  });

  ask({
    question: `temperature, top-50 of a row of ${size}`,
    logits: length,
    ways: {
      "top-50": none({ top: topK(50) }),
      "temperature(0.8), top-50": cooled({ top: topK(50) }),
      "top-50, logits alone": none({ top: topK(50, { logprob: false }) }),
      "temperature(0.8), top-50, logits alone": cooled({ top: topK(50, { logprob: false }) }),
    },
    targets: [
      { of: "temperature(0.8), top-50", against: "top-50", most: 1.2 },
      { of: "temperature(0.8), top-50, logits alone", against: "top-50, logits alone", most: 1.2 },
    ],
  });
}

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
