/**
 * What does a softmax cost that is written out?
 *
 * The bare kernels (each exponential once: weights, then shares) against the log-sum-exp; `normalizeRow` into an array that is used
 * again and into new ones, against `reduceRow`; `normalize` as a stream against the bare log-sum-exp; and the loops one would write in
 * JavaScript, which compute the maximum, the exponentials and their sum, then divide.
 */
import { fromArray, lendRow, type Logits, logSumExp, normalize, normalizeRow, reduceRow } from "../mod.ts";
import { ask, type Target } from "./_ask.ts";
import { kernelWay } from "./_kernel_way.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

const BARE = "bare log-sum-exp", STORED = "bare softmax: store and share";
const GIVEN_BACK = "normalize, chunks given back";
const LSE = "reduceRow: log-sum-exp", INTO = "normalizeRow into the same array";
const lse = { lse: logSumExp() };

for (const [size, length, most] of [["256 Ki", 2 ** 18, 1.45], ["16 Mi", 2 ** 24, 1.7]] as const) {
  const row = once(() => normalLogits(length));
  ask({
    question: `softmax as a stream, a row of ${size}`,
    logits: length,
    ways: {
      [BARE]: kernelWay("log-sum-exp: sweep and deposit", length),
      [STORED]: kernelWay("softmax: store and share", length),
      "normalize": () => {
        const probabilities = normalize(fromArray(row()));
        return () => readAll(probabilities);
      },
      [GIVEN_BACK]: () => {
        const probabilities = normalize(fromArray(row()));
        return () => readAll(probabilities, true);
      },
      "normalize, log": () => {
        const logProbabilities = normalize(fromArray(row()), { log: true });
        return () => readAll(logProbabilities);
      },
    },
    targets: [
      { of: STORED, against: BARE, most },
      ...(length < 2 ** 20
        ? [{ of: "normalize", against: BARE, most: 3 }, { of: GIVEN_BACK, against: BARE, most: 2.4 }]
        : []),
    ],
  });
}

for (const [size, length] of [["200,000", 200_000], ["16 Mi", 2 ** 24]] as const) {
  const row = once(() => normalLogits(length)), out = once(() => new Float32Array(length));
  const targets: Target[] = length < 2 ** 20 ? [{ of: INTO, against: LSE, most: 1.6 }] : [];
  ask({
    question: `softmax of a row in memory, ${size}`,
    logits: length,
    ways: {
      "plain JavaScript": () => {
        const values = row(), to = out();
        return () => softmaxOf(values, to);
      },
      [LSE]: () => {
        const values = row();
        return () => reduceRow(values, lse);
      },
      [INTO]: () => {
        const values = row(), to = out();
        return () => normalizeRow(values, { out: to });
      },
      "normalizeRow into a new array": () => {
        const values = row();
        return () => normalizeRow(values);
      },
      "normalizeRow, log": () => {
        const values = row(), to = out();
        return () => normalizeRow(values, { out: to, log: true });
      },
      ...(length < 2 ** 20
        ? {
          "normalizeRow from one lent row into another": () => {
            const from = lendRow(length).values, to = lendRow(length).values;
            from.set(row());
            return () => normalizeRow(from, { out: to });
          },
        }
        : {}),
    },
    targets,
  });
}

async function readAll(logits: Logits, reuse = false): Promise<void> {
  for await (const chunk of logits.open({ reuse })) {
    if (chunk.data.length === 0) throw new Error("The bench has an empty chunk");
    chunk.release?.();
  }
}

function softmaxOf(values: Float32Array, out: Float32Array): void {
  let maximum = -Infinity;
  for (let i = 0; i < values.length; i++) maximum = Math.max(maximum, values[i]);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += out[i] = Math.exp(values[i] - maximum);
  for (let i = 0; i < values.length; i++) out[i] /= sum;
}
