import { exp } from "../../kernels/mod.ts";
import type { TargetScore } from "./_picked.ts";

/**
 * Mean negative log-likelihood `-(1/n) sum logprob` and perplexity `e^nll` over the rows that have a label.
 * Add the results of `label` in row order; rows without a label count for nothing. For rows in any order or in parts, and for a standard
 * error, see `meanNll` of `./folds`. Specials: a masked label makes both Infinity; a label in a row with NaN, +Infinity or no allowed token
 * makes both NaN.
 *
 * @example A fair coin has perplexity 2
 * ```ts
 * import { fromArray, label, LabelSummary, reduce } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const summary = new LabelSummary();
 * const logits = fromArray([0, 0, 0, 0], { vocabulary: 2 });
 * for await (const { y } of reduce(logits, { y: label([0, 1]) })) summary.add(y);
 * assertAlmostEquals(summary.perplexity, 2, 1e-6);
 * ```
 */
export class LabelSummary {
  #rows = 0;
  #sum = 0;

  /** Adds one row's result. */
  add(score: TargetScore | undefined): void {
    if (!score) return;
    this.#rows++;
    this.#sum += score.logprob;
  }

  /** How many rows had a label. */
  get rows(): number {
    return this.#rows;
  }

  /** Mean negative log-likelihood in nats; NaN without rows. */
  get nll(): number {
    return 0 - this.#sum / this.#rows;
  }

  /** `e^nll`. */
  get perplexity(): number {
    return exp(this.nll);
  }
}
