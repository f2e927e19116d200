/**
 * What does it cost to compare two models, beside the log-sum-exp of each?
 *
 * Two rows of 200,000 logits that lie apart from those of the other ways, so that none is in the cache. KL both ways with both log-sum-exps is
 * promised at most 1.5 times the two, Jensen-Shannon divergence and total variation together at most 3 times.
 */
import { jsDivergence, klDivergence, logSumExp, on, reduceRow, type Reducers, totalVariation } from "../mod.ts";
import { ask } from "./_ask.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

const VOCABULARY = 200_000;
/** More of them than the caches hold, taken in turn. */
const ROWS = 16;
const rows = once(() =>
  Array.from({ length: ROWS }, (_, i) => ({
    a: normalLogits(VOCABULARY, 2 * i + 1),
    b: normalLogits(VOCABULARY, 2 * i + 2),
  }))
);
const LSE = { a: on("a", logSumExp()), b: on("b", logSumExp()) };

function way(reducers: Reducers): () => () => void {
  return () => {
    const all = rows();
    let turn = 0;
    return () => void reduceRow(all[turn++ % ROWS], reducers);
  };
}

ask({
  question: "two rows of 200,000 side by side",
  logits: 2 * VOCABULARY,
  ways: {
    "both log-sum-exps": way(LSE),
    "KL both ways, and both": way({ ...LSE, kl: klDivergence("a", "b"), back: klDivergence("b", "a") }),
    "JS and TV": way({ js: jsDivergence("a", "b"), tv: totalVariation("a", "b") }),
    "KL, precise": way({ kl: klDivergence("a", "b", { precise: true }) }),
  },
  targets: [
    { of: "KL both ways, and both", against: "both log-sum-exps", most: 1.5 },
    { of: "JS and TV", against: "both log-sum-exps", most: 3 },
  ],
});
