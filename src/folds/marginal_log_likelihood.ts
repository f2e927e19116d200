import { ln } from "../../kernels/mod.ts";
import { define, type Fold, wholeFault } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";
import { addLog, canonicalLog, logFault, type LogTotal, logTotal, logValue, mergeLog } from "./_log_total.ts";

/** What {@linkcode marginalLogLikelihood} finds. */
export interface MarginalResult {
  /** How many samples there were. */
  readonly samples: number;
  /** `ln (1/n) sum e^l`, in nats; NaN of none. */
  readonly marginalLogLikelihood: number;
}

/**
 * The marginal log-likelihood of an answer over sampled rationales, `ln (1/n) sum e^l`: each sample's l is the log-likelihood of the
 * answer under it (TRICE, Phan et al. 2023). It is also the evidence of importance samples.
 *
 * Needs: log-likelihoods; items without one count for nothing. Gives: {@linkcode MarginalResult}. Specials: -Infinity is a sample that
 * gives nothing; NaN makes it NaN. Accuracy: about 1e-15 relative to the larger of the result and 1, at any size of l. Mergeable.
 * State: about 1 KB.
 *
 * @example Three rationales
 * ```ts
 * import { fold, marginalLogLikelihood } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const samples = [-4, -6, -5.5].map((logprob) => ({ logprob }));
 * const { answer } = await fold(samples, { answer: marginalLogLikelihood() });
 * assertAlmostEquals(answer.marginalLogLikelihood, -4.792256576438962, 1e-12);
 * ```
 *
 * @param field The path of the log-likelihood; `"logprob"` when absent.
 * @returns The fold.
 * @throws {ParameterError} If the path is none; from `step`, if what is there is no number, or none within 2^31 of 0.
 */
export function marginalLogLikelihood(field?: string): Fold<unknown, MarginalResult> {
  return marginalLogLikelihoodDefinition.call({}, field);
}

interface State {
  count: number;
  readonly total: LogTotal;
}

/** Its row of the catalogue. */
export const marginalLogLikelihoodDefinition = /* @__PURE__ */ define({
  name: "marginalLogLikelihood",
  kind: "fold",
  help: "the logarithm of the mean likelihood of samples",
  options: {
    field: {
      type: "text",
      argument: true,
      sole: true,
      default: "logprob",
      help: "the path of the log-likelihood",
    },
  },
  make({ field }, spec): Fold<unknown, MarginalResult, State> {
    const find = numberAt("marginalLogLikelihood", field);
    return {
      spec,
      init: () => ({ count: 0, total: logTotal() }),
      step(state, item) {
        const l = find(item);
        if (l === undefined) return;
        addLog("marginalLogLikelihood", state.total, l);
        state.count++;
      },
      merge(into, from) {
        into.count += from.count;
        mergeLog(into.total, from.total);
      },
      canonical: ({ count, total }) => ({ count, total: canonicalLog(total) }),
      validate: ({ count, total }) =>
        wholeFault("count", count, 0, Number.MAX_SAFE_INTEGER) ?? logFault("total", total),
      finish: ({ count, total }) => ({
        samples: count,
        marginalLogLikelihood: count === 0 ? NaN : logValue(total) - ln(count),
      }),
    };
  },
});
