/**
 * What do the 50 best logits of a row cost when nothing else is asked?
 *
 * No exponential is computed; only tiles whose maximum can still enter are scanned. `topK` says: about half a log-sum-exp.
 * Ascending logits are the worst case of a heap (every one enters it); here they must not cost more than twice random ones.
 */
import { logSumExp, reduceRow, topK } from "../mod.ts";
import { ask } from "./_ask.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

for (const [size, length] of [["200,000", 200_000], ["16 Mi", 2 ** 24]] as const) {
  const random = once(() => normalLogits(length));
  const ascending = once(() => random().slice().sort());
  ask({
    question: `top-50 alone, a row of ${size}`,
    logits: length,
    ways: {
      "log-sum-exp": () => {
        const values = random(), reducers = { lse: logSumExp() };
        return () => reduceRow(values, reducers);
      },
      "top-50, random": () => {
        const values = random(), reducers = { top: topK(50, { logprob: false }) };
        return () => reduceRow(values, reducers);
      },
      "top-50, ascending": () => {
        const values = ascending(), reducers = { top: topK(50, { logprob: false }) };
        return () => reduceRow(values, reducers);
      },
    },
    targets: [
      { of: "top-50, random", against: "log-sum-exp", most: 0.6 },
      { of: "top-50, ascending", against: "top-50, random", most: 2 },
    ],
  });
}
