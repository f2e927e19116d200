/**
 * What does a logit cost when rows are short?
 *
 * 20,000 rows of 1,000 logits (80 MB, more than the last-level cache holds: the promise is for 100,000 rows, which would only
 * take five times as long) against the same 20 million logits as one row, by the same door. Promised: log-sum-exp at most 1.1
 * times the cost of a logit of the large row, with the 5 best at most 1.8 times, into typed arrays (`collect`); 2 and 4 times as
 * a stream of row objects (`reduce`).
 */
import { collect, fromArray, logSumExp, type Reducers, topK } from "../mod.ts";
import { ask } from "./_ask.ts";
import { drain } from "./_drain.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

const ROWS = 20_000, VOCABULARY = 1_000;
const logits = once(() => normalLogits(ROWS * VOCABULARY));
const lse: Reducers = { lse: logSumExp() };
const withTop: Reducers = { lse: logSumExp(), top: topK(5) };

for (const [door, read] of [["collect", collect], ["reduce", drain]] as const) {
  const rowsBy = (reducers: Reducers) => () => {
    const rows = fromArray(logits(), { vocabulary: VOCABULARY });
    return () => read(rows, reducers);
  };
  ask({
    question: `short rows, 20,000 of 1,000, by ${door}`,
    logits: ROWS * VOCABULARY,
    ways: {
      "one row of 20,000,000, log-sum-exp": () => {
        const row = fromArray(logits());
        return () => read(row, lse);
      },
      "log-sum-exp": rowsBy(lse),
      "log-sum-exp, top-5": rowsBy(withTop),
    },
    targets: [
      { of: "log-sum-exp", against: "one row of 20,000,000, log-sum-exp", most: door === "collect" ? 1.1 : 2 },
      { of: "log-sum-exp, top-5", against: "one row of 20,000,000, log-sum-exp", most: door === "collect" ? 1.8 : 4 },
    ],
  });
}
