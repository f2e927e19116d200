// Four rows of next-token logits, read by two models: from rows to texts, from texts to a preference, a trace of process rewards, the choice
// of the best of several, and a test for machine text. The same rows at a higher temperature stand for the reference model.
import { entropy, fromFile, label, reduce, temperature, varentropy } from "@sluice/sluice";
import {
  candidateSoftmax,
  curvature,
  logRatio,
  processRewards,
  sequenceLogprob,
  sequences,
} from "@sluice/sluice/folds";
import { preferenceLoss } from "@sluice/sluice/preference";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";

const policy = await fromFile(new URL("data/lm_logits_f32.npy", import.meta.url));
const reference = policy.pipe(temperature(1.3));

/** Rows of both models side by side, one text behind the other. */
async function* rowsOf(texts: readonly (readonly number[])[]) {
  for (const ids of texts) {
    const asked = reduce(reference, { y: label(ids) }).getReader();
    for await (const row of reduce(policy, { y: label(ids), entropy: entropy(), varentropy: varentropy() })) {
      yield { ...row, policy: row.y, reference: (await asked.read()).value!.y };
    }
  }
}

// One token a row: " to", "ers", " act", " and"; ",", " Administration", " provisions", " I"; and a mixture of both.
const texts = [[316, 409, 1330, 326], [11, 25180, 36799, 357], [316, 409, 36799, 326]];
const folds = {
  text: sequenceLogprob("y.logprob"),
  reward: logRatio("policy.logprob", "reference.logprob"),
  trace: processRewards({ beta: 0.05 }),
  machine: curvature(),
};
const lengths = texts.map((ids) => ids.length);
const found = await Array.fromAsync(sequences(rowsOf(texts), folds, { lengths }));

for (const { sequence, text, reward, trace, machine } of found) {
  console.log(
    `text ${sequence}: ${text.logprob.toFixed(3)} nats, perplexity ${text.perplexity.toFixed(1)} +- ` +
      `${text.standardError.toFixed(1)}, log-ratio ${reward.logRatio.toFixed(3)}, curvature ${
        machine.curvature.toFixed(2)
      }`,
  );
  console.log(`  process rewards ${trace.steps.map(({ cumulative }) => cumulative.toFixed(4)).join(", ")}`);
  assertEquals(trace.reward, 0.05 * reward.logRatio);
}

const [chosen, rejected] = found.map(({ reward: { logprob, referenceLogprob, tokens } }) => ({
  logprob,
  reference: referenceLogprob,
  tokens,
}));
console.log(`DPO ${preferenceLoss().value({ chosen, rejected }).toFixed(4)}`);

// The best of three by their rewards; the temperature says how sure to be of that.
const shares = candidateSoftmax(found.map(({ trace }) => trace.reward), { temperature: 0.05 });
console.log(`best of three: ${shares.map((share) => `${(100 * share).toFixed(1)} %`).join(", ")}`);
assertAlmostEquals(shares.reduce((a, b) => a + b, 0), 1, 1e-12);
// What a model would write itself is likelier to it than drawn tokens are.
assert(found[0].machine.curvature > found[1].machine.curvature);
