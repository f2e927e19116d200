import { define, type OptionValues, type Spec } from "../core/mod.ts";
import { localSpec } from "../core/inside.ts";
import { type ByItem, ofItem, readByItem, saidByItem } from "./_by_item.ts";
import { linkFunctions, type PreferenceLink, readLink } from "./_link.ts";
import { checkEdge, checkTogether, refuse } from "./_check_together.ts";
import { PAIR_LOSSES, type PairLossName, type Parts } from "./_pair_losses.ts";
import { readSft } from "./_sft.ts";
import { type Side, sideOf } from "./_side.ts";
import { product } from "./_stable.ts";
import type { PairSlopes } from "./pair_slopes.ts";
import type { Scores } from "./scores.ts";

export type { PairLossName, PreferenceLink };

/** Options of {@linkcode preferenceLoss}. */
export interface PreferenceLossOptions<P extends Scores = Scores> {
  /** The loss; `sigmoid` (DPO) when absent. */
  readonly loss?: PairLossName;
  /** What makes a score of a log-ratio (f-DPO); `reverseKl`, the ratio itself, when absent. Not for `apoZero`, `apoDown` and `orpo`. */
  readonly link?: PreferenceLink;
  /** How strongly the policy is held to the reference, above 0; 0.1 when absent. For `orpo` the weight of its term; 1 when absent. */
  readonly beta?: number;
  /**
   * The probability that the preference is the wrong way round, from 0 to 0.5, or a function that gives it of a pair. For `sigmoid`
   * (conservative DPO); `robust` needs it, below 0.5; `exo` needs it, above 0.
   */
  readonly smoothing?: number | ((pair: P) => number);
  /** The probability that the chosen completion is the better one, from 0 to 1 (DNO), or a function. For `sigmoid`, instead of smoothing. */
  readonly target?: number | ((pair: P) => number);
  /** Divides scores by their tokens. Absent: for `ipo`; always for `orpo`. */
  readonly normalize?: boolean;
  /** By how much `beta` times the difference must be ahead (SimPO); 0 when absent. For the losses of that difference, see there. */
  readonly gamma?: number;
  /** Scores are of the log-probabilities alone, without a reference (CPO, SimPO). For the losses of a difference. */
  readonly referenceFree?: boolean;
  /** The weight of the chosen completion's negative log-likelihood, which is added (RPO); a number is of the sum over tokens. */
  readonly sft?: number | { readonly weight: number; readonly of: "sum" | "mean" };
  /** The width of the blend of `discopop`, above 0; 0.05 when absent. */
  readonly tau?: number;
}

/** A loss of pairs: what {@linkcode preferenceLoss} makes. */
export interface PreferenceLoss<P extends Scores = Scores> {
  /** What was asked for. */
  readonly spec: Spec;
  /** The loss of a pair, in nats. */
  value(pair: P): number;
  /** Its derivatives by the two log-probabilities under the policy. */
  slope(pair: P): PairSlopes;
}

/**
 * A loss of pairs of completions, of which one is preferred: from the log-probabilities of both under a policy and a reference to a
 * number, and to its derivatives by the policy's log-probabilities. No logits, no tokens, no state.
 *
 * With `r = logprob - reference`, the score `r` or another `link` of it, `D = score(chosen) - score(rejected)`, `z = beta D - gamma`, `s`
 * the sigmoid and `sp(z) = ln(1 + e^z)`; `w` and `l` are the scores of the chosen and of the rejected one:
 *
 * | loss | formula | TRL's `loss_type` | source |
 * | --- | --- | --- | --- |
 * | `sigmoid` | `sp(-z)` | `sigmoid` | DPO, Rafailov et al. 2023, eq. 7 |
 * | with `smoothing` e | `(1 - e) sp(-z) + e sp(z)` | with `label_smoothing` | conservative DPO, Mitchell 2023 |
 * | with `target` q | `q sp(-z) + (1 - q) sp(z)` | | DNO, Rosset et al. 2024 |
 * | with `normalize` | each score by its tokens | `sigmoid_norm` | |
 * | `hinge` | `max(0, 1 - z)` | `hinge` | SLiC, Zhao et al. 2023; RSO, Liu et al. 2023 |
 * | `ipo` | `(D - 1 / (2 beta))^2` of scores by token | `ipo` | IPO, Azar et al. 2023, eq. 17 |
 * | `robust` | `[(1 - e) sp(-z) - e sp(z)] / (1 - 2 e)` | `robust` | Chowdhury et al. 2024 |
 * | `exo` | `KL((s(z), s(-z)) \|\| (1 - e, e))` | `exo_pair` | EXO, Ji et al. 2024, eq. 16 |
 * | `nca` | `sp(-beta w) + (sp(beta w) + sp(beta l)) / 2` | `nca_pair` | NCA, Chen et al. 2024 |
 * | `bcoPair` | `sp(-beta w) + sp(beta l)` | `bco_pair` | BCO, Jung et al. 2024 |
 * | `sppo` | `(w - 1 / (2 beta))^2 + (l + 1 / (2 beta))^2` | `sppo_hard` | SPPO, Wu et al. 2024, eq. 4.7 |
 * | `apoZero` | `1 - s(beta w) + s(beta l)` | `apo_zero` | APO, D'Oosterlinck et al. 2024, eq. 7 |
 * | `apoDown` | `s(beta w) + 1 - s(beta D)` | `apo_down` | the same, eq. 8 |
 * | `discopop` | `m e^-z + (1 - m) sp(-z)`, `m = s(z / tau)` | `discopop` | DiscoPOP, Lu et al. 2024, eq. 5 |
 * | `orpo` | `beta sp(-log odds ratio)`, of mean log-probabilities | `ORPOTrainer` | ORPO, Hong et al. 2024, eq. 7 |
 *
 * | options | name |
 * | --- | --- |
 * | `link: "forwardKl"`, `"js"`, `{ alpha }` | f-DPO, Wang et al. 2023: the score is `-e^-r`, `ln s(r)`, `-e^(-alpha r) / alpha`. TRL's `f_alpha_divergence_coef` is `1 - alpha` |
 * | `referenceFree` | CPO, Xu et al. 2024: `r` is the log-probability |
 * | `referenceFree, normalize, gamma` | SimPO, Meng et al. 2024: of mean log-probabilities, also under the link (AlphaPO) |
 * | `sft` | RPO, Liu et al. 2024 (of the sum); TRL's `rpo_alpha`, `cpo_alpha` (of the mean) |
 * | `loss: "orpo", beta, sft: { weight: 1, of: "mean" }` | the whole of ORPO |
 * | `smoothing: (pair) => ...` | MCTS-DPO (by visit counts), SPA (by trust) |
 *
 * With a reference, `normalize` divides the score by the tokens, after the link, as TRL; without one, the log-probability, before it.
 * `gamma` is for the losses with a `z`.
 * Needs: finite log-probabilities; the reference unless `referenceFree` or `orpo`; tokens where something is a mean.
 * Gives: nats, of one pair; means over pairs are the caller's, and so are sums of losses and their weights.
 * Specials: a completion without tokens has the ratio 0, and is refused by `orpo`. Where a loss is beyond float64, as with the link
 * `forwardKl` at ratios below -709, it is Infinity, and so are its slopes (those of `ipo` and `discopop` are refused there); a difference
 * of two such scores keeps its sign. `robust` has no lower bound and may be negative. The slope of `hinge` at its edge is 0, as torch has
 * it. `orpo` is Infinity where the rejected completion is certain.
 * Accuracy: 1e-12 relative to the larger of the loss's terms. The same bits in every engine. Cost: under a microsecond; no memory.
 *
 * @example Direct preference optimisation, and how it pulls
 * ```ts
 * import { preferenceLoss } from "@sluice/sluice/preference";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const dpo = preferenceLoss();
 * const pair = { chosen: { logprob: -1.875, reference: -2.25 }, rejected: { logprob: -4.375, reference: -4.125 } };
 * assertAlmostEquals(dpo.value(pair), 0.6623853823577756, 1e-15);
 * assertAlmostEquals(dpo.slope(pair).chosen, -0.04843800842769844, 1e-15);
 * assertAlmostEquals(dpo.slope(pair).rejected, 0.04843800842769844, 1e-15);
 * ```
 *
 * @example Labels that a tree search trusts by its visits
 * ```ts
 * import { preferenceLoss, type Scores } from "@sluice/sluice/preference";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * interface Searched extends Scores {
 *   readonly visits: readonly [chosen: number, rejected: number];
 * }
 * const careful = preferenceLoss<Searched>({
 *   smoothing: ({ visits: [won, lost] }) => Math.min(1 - 1 / (1 + lost / Math.max(1, won)), 0.5),
 * });
 * const chosen = { logprob: -1.875, reference: -2.25 }, rejected = { logprob: -4.375, reference: -4.125 };
 * assertAlmostEquals(careful.value({ chosen, rejected, visits: [6, 2] }), 0.6780103823577756, 1e-15);
 * ```
 *
 * @param options Which loss of what.
 * @returns The loss.
 * @throws {ParameterError} If an option is out of its range, or the loss does not take it; from `value` and `slope`, if a number of a pair
 * is missing or not finite.
 */
export function preferenceLoss<P extends Scores = Scores>(options: PreferenceLossOptions<P> = {}): PreferenceLoss<P> {
  return preferenceLossDefinition.call(options) as PreferenceLoss<P>;
}

const NAMES = Object.keys(PAIR_LOSSES) as readonly PairLossName[];
const SMOOTHING = { type: "number", least: 0, most: 0.5, help: "the probability" } as const;
const TARGET = { type: "number", least: 0, most: 1, help: "the probability" } as const;

const OPTIONS = {
  loss: { type: "choice", words: NAMES, default: "sigmoid", help: "the loss" },
  link: { type: "data", read: readLink, default: "reverseKl", help: "what makes a score of a log-ratio" },
  beta: { type: "number", above: 0, optional: true, help: "how strongly the policy is held to the reference" },
  smoothing: {
    type: "data",
    read: readByItem<Scores>(SMOOTHING),
    write: saidByItem,
    optional: true,
    help: "the probability that the preference is the wrong way round",
  },
  target: {
    type: "data",
    read: readByItem<Scores>(TARGET),
    write: saidByItem,
    optional: true,
    help: "the probability that the chosen completion is the better one",
  },
  normalize: { type: "flag", optional: true, help: "scores are divided by their tokens" },
  gamma: { type: "number", optional: true, help: "by how much beta times the difference must be ahead" },
  referenceFree: { type: "flag", default: false, help: "scores are of the log-probabilities alone" },
  sft: { type: "data", read: readSft, optional: true, help: "the weight of the chosen completion's likelihood" },
  tau: { type: "number", above: 0, optional: true, help: "the width of the blend of discopop" },
} as const;

type Values = OptionValues<typeof OPTIONS>;

/** Its row of the catalogue. A function of the caller's stays in this process. */
export const preferenceLossDefinition = /* @__PURE__ */ define({
  name: "preferenceLoss",
  kind: "preference",
  help: "a loss of pairs of completions, from their log-probabilities",
  options: OPTIONS,
  make(options, spec): PreferenceLoss {
    checkTogether(options);
    const local = [options.smoothing, options.target].some((value) => typeof value === "function");
    return lossOf(options, local ? localSpec("preferenceLoss") : spec);
  },
});

/** The loss of checked options. */
function lossOf(options: Values, spec: Spec): PreferenceLoss {
  const { loss, link, sft, gamma = 0, tau = 0.05, normalize = loss === "ipo", referenceFree } = options;
  const { score, slope, difference } = linkFunctions(link);
  const isOrpo = loss === "orpo";
  const beta = options.beta ?? (isOrpo ? 1 : 0.1);
  const leastTokens = isOrpo ? 1 : normalize || sft?.of === "mean" ? 0 : undefined;
  const reading = { referenceFree: referenceFree || isOrpo, normalize: normalize || isOrpo, leastTokens };

  function partsOf(pair: Scores, w: Side, l: Side): Parts {
    const at = { beta, gamma, tau, chosen: score(w), rejected: score(l), difference: difference(w, l) };
    return PAIR_LOSSES[loss].of({ ...at, smoothing: smoothingOf(options, pair) });
  }

  function sides(pair: Scores): [Side, Side] {
    const given = Object(pair);
    return [sideOf(given, "chosen", reading), sideOf(given, "rejected", reading)];
  }

  /** What the likelihood of a completion is multiplied by. */
  const sftWeight = ({ tokens }: Side) => sft ? sft.weight / (sft.of === "mean" ? Math.max(tokens, 1) : 1) : 0;

  return {
    spec,
    value(pair) {
      const [w, l] = sides(pair);
      return partsOf(pair, w, l).value - sftWeight(w) * w.logprob;
    },
    slope(pair) {
      const [w, l] = sides(pair);
      const { difference = 0, chosen = 0, rejected = 0 } = partsOf(pair, w, l);
      if (Math.abs(difference) === Infinity && isPower(link)) refuseSlopes(loss, link);
      return {
        chosen: product(difference + chosen, slope(w) * w.perLogprob) - sftWeight(w),
        rejected: product(rejected - difference, slope(l) * l.perLogprob),
      };
    },
  };
}

/** Whether scores are exponentials of ratios. */
function isPower(link: PreferenceLink): boolean {
  return link === "forwardKl" || typeof link === "object";
}

/** Infinity by the difference, times what a score far below has of it: that may be any number. */
function refuseSlopes(loss: PairLossName, link: PreferenceLink): never {
  refuse(
    `for slopes with the loss "${loss}" and the link ${
      JSON.stringify(link)
    } on a pair whose scores differ by more than float64 holds`,
    "log-ratios closer to 0",
  );
}

/** How likely a pair is the wrong way round. */
function smoothingOf({ loss, smoothing = 0, target }: Values, pair: Scores): number {
  if (target !== undefined) {
    return 1 - ofItem("preferenceLoss", "the target of a pair", TARGET, target as ByItem<Scores>, pair);
  }
  const e = ofItem("preferenceLoss", "the smoothing of a pair", SMOOTHING, smoothing as ByItem<Scores>, pair);
  checkEdge(loss, e);
  return e;
}
