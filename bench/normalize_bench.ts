/**
 * What does a softmax cost, both reads and the writing included?
 *
 * `normalize` against the loops one would write in JavaScript, which compute the maximum, the exponentials and their sum, then
 * divide. Only of interest: the promises are those of its parts.
 */
import { fromArray, type Logits, normalize } from "../mod.ts";
import { ask } from "./_ask.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

for (const [size, length] of [["256 Ki", 2 ** 18], ["16 Mi", 2 ** 24]] as const) {
  const row = once(() => normalLogits(length));
  ask({
    question: `softmax, a row of ${size}`,
    logits: length,
    ways: {
      "plain JavaScript": () => {
        const values = row(), out = new Float32Array(length);
        return () => softmaxOf(values, out);
      },
      "normalize": () => {
        const probabilities = normalize(fromArray(row()));
        return () => readAll(probabilities);
      },
      "normalize, log": () => {
        const logProbabilities = normalize(fromArray(row()), { log: true });
        return () => readAll(logProbabilities);
      },
    },
  });
}

async function readAll(logits: Logits): Promise<void> {
  for await (const { data } of logits.open()) if (data.length === 0) throw new Error("The bench has an empty chunk");
}

function softmaxOf(values: Float32Array, out: Float32Array): void {
  let maximum = -Infinity;
  for (let i = 0; i < values.length; i++) maximum = Math.max(maximum, values[i]);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += out[i] = Math.exp(values[i] - maximum);
  for (let i = 0; i < values.length; i++) out[i] /= sum;
}
