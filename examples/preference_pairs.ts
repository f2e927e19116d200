// A pair of completions, scored by two models, to losses and their slopes: from logits to the numbers that preference training is made of.
// The four rows of the file are next-token logits; the same rows at a higher temperature stand for the reference model.
import { fromFile, label, LabelSummary, type Logits, reduce, temperature } from "@sluice/sluice";
import { preferenceLoss, rewardLoss, type SequenceScore, unpairedLoss } from "@sluice/sluice/preference";
import { assert, assertAlmostEquals } from "@std/assert";

const policy = await fromFile(new URL("data/lm_logits_f32.npy", import.meta.url));
const reference = policy.pipe(temperature(1.3));

// One token a row: " to", "ers", " act", " and" against ",", " Administration", " provisions", " I".
const texts = { chosen: [316, 409, 1330, 326], rejected: [11, 25180, 36799, 357] };

/** The log-probability of a whole text: one read of the rows. */
async function logprobOf(logits: Logits, ids: readonly number[]): Promise<number> {
  const summary = new LabelSummary();
  for await (const { y } of reduce(logits, { y: label(ids) })) summary.add(y);
  return -summary.nll * summary.rows;
}

async function scoreOf(ids: readonly number[]): Promise<Required<SequenceScore>> {
  return {
    logprob: await logprobOf(policy, ids),
    reference: await logprobOf(reference, ids),
    tokens: ids.length,
  };
}

const pair = { chosen: await scoreOf(texts.chosen), rejected: await scoreOf(texts.rejected) };
for (const [name, { logprob, reference }] of Object.entries(pair)) {
  console.log(`${name.padEnd(8)}  policy ${logprob.toFixed(4)}  reference ${reference.toFixed(4)} nats`);
}

// The slopes are what each completion's log-probability is pulled by: the loss falls as the chosen one rises.
const losses = {
  DPO: preferenceLoss(),
  "robust DPO": preferenceLoss({ loss: "robust", smoothing: 0.1 }),
  IPO: preferenceLoss({ loss: "ipo" }),
  SimPO: preferenceLoss({ referenceFree: true, normalize: true, beta: 2, gamma: 0.5 }),
  ORPO: preferenceLoss({ loss: "orpo", beta: 0.1, sft: { weight: 1, of: "mean" } }),
};
for (const [name, loss] of Object.entries(losses)) {
  const { chosen, rejected } = loss.slope(pair);
  console.log(
    `${name.padEnd(10)}  ${loss.value(pair).toFixed(6)}  slopes ${chosen.toFixed(6)}, ${rejected.toFixed(6)}`,
  );
  assert(chosen < 0 && rejected > 0, name);
}

// The same two as single completions, one liked and one not: first the shift by what was seen, then the losses.
const bco = unpairedLoss({ kind: "bco" });
const seen = [{ ...pair.chosen, desirable: true }, { ...pair.rejected, desirable: false }];
const state = bco.init();
for (const completion of seen) bco.step(state, completion);
const shift = bco.finish(state);
console.log(`BCO         ${seen.map((one) => bco.value(one, shift).toFixed(6)).join(", ")}  shift ${shift.toFixed(6)}`);

// DPO is Bradley-Terry with the rewards beta (logprob - reference).
const reward = ({ logprob, reference }: Required<SequenceScore>) => 0.1 * (logprob - reference);
const rewards = { chosen: reward(pair.chosen), rejected: reward(pair.rejected) };
assertAlmostEquals(losses.DPO.value(pair), rewardLoss().value(rewards), 1e-12);
