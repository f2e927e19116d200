/**
 * What do several reducers over one row cost together?
 *
 * They share one sweep: log-sum-exp, entropy and the 50 best of a row of 200,000 logits, promised at most 1.9 times
 * log-sum-exp alone. Both go by the synchronous door, `reduceRow`, as a decode loop would.
 */
import { entropy, logSumExp, reduceRow, topK } from "../mod.ts";
import { ask } from "./_ask.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

const VOCABULARY = 200_000;
const row = once(() => normalLogits(VOCABULARY));

ask({
  question: "fusion, a warm row of 200,000",
  logits: VOCABULARY,
  ways: {
    "log-sum-exp": () => {
      const values = row(), reducers = { lse: logSumExp() };
      return () => reduceRow(values, reducers);
    },
    "log-sum-exp, entropy": () => {
      const values = row(), reducers = { lse: logSumExp(), h: entropy() };
      return () => reduceRow(values, reducers);
    },
    "log-sum-exp, entropy, top-50": () => {
      const values = row(), reducers = { lse: logSumExp(), h: entropy(), top: topK(50) };
      return () => reduceRow(values, reducers);
    },
    "each on its own, three reads": () => {
      const values = row(), each = [{ lse: logSumExp() }, { h: entropy() }, { top: topK(50) }];
      return () => each.forEach((reducers) => reduceRow(values, reducers));
    },
  },
  targets: [{ of: "log-sum-exp, entropy, top-50", against: "log-sum-exp", most: 1.9 }],
});
