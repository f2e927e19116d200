import { checkOption, define, optionsOf, type OptionValues, ParameterError, shown, type Spec } from "../core/mod.ts";
import { finite, record } from "./_finite.ts";
import { sigmoid, softplus } from "./_stable.ts";
import type { PairSlopes } from "./pair_slopes.ts";
import type { Rewards } from "./rewards.ts";

/** What holds rewards near 0: its weight, and what is squared. */
export interface Centre {
  /** What it is multiplied by, at least 0. */
  readonly weight: number;
  /** `sum`: `(w + l)^2`. `each`: `(w^2 + l^2) / 2`. */
  readonly of: "sum" | "each";
}

/** Options of {@linkcode rewardLoss}. */
export interface RewardLossOptions {
  /** The loss; `bradleyTerry` when absent. */
  readonly kind?: "bradleyTerry" | "margin" | "scaled" | "regression";
  /** The weight of the square of the rewards' sum, which is added; or of the mean of their squares. */
  readonly centre?: number | Centre;
}

/** A loss of rewards: what {@linkcode rewardLoss} makes. */
export interface RewardLoss {
  /** What was asked for. */
  readonly spec: Spec;
  /** The loss of a pair. */
  value(pair: Rewards): number;
  /** Its derivatives by the two rewards. */
  slope(pair: Rewards): PairSlopes;
}

/**
 * A loss of a reward model's scalars for two completions, of which one is preferred.
 *
 * With `w` and `l` the rewards of the chosen and of the rejected one, `m` the strength of the preference, `sp(z) = ln(1 + e^z)`:
 *
 * | kind | formula | needs | source |
 * | --- | --- | --- | --- |
 * | `bradleyTerry` | `sp(-(w - l))` | | Bradley and Terry 1952; TRL's `RewardTrainer` |
 * | `margin` | `sp(-(w - l - m))` | `strength` | Llama 2, Touvron et al. 2023, eq. 2; TRL's `margin` |
 * | `scaled` | `m sp(-(w - l))` | `strength`, at least 0 | HelpSteer2-Preference, Wang et al. 2024 |
 * | `regression` | `((w - t_w)^2 + (l - t_l)^2) / 2` | `ratings` | the same |
 *
 * `centre` adds `weight (w + l)^2` (TRL's `center_rewards_coefficient`), or of `each` `weight (w^2 + l^2) / 2` (ReMoDetect, Lee et al.
 * 2024, whose triples are three such pairs).
 * Needs: finite rewards. Gives: nats, or squares of the rewards' unit; of one pair, means are the caller's.
 * Specials: equal rewards have the loss ln 2. Nothing overflows but squares beyond float64. Accuracy: 1e-12 relative to the larger of the
 * terms. Cost: under a microsecond; no memory.
 *
 * @example A strong preference, three ways
 * ```ts
 * import { rewardLoss } from "@sluice/sluice/preference";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const pair = { chosen: 1.5, rejected: 0.6, strength: 2 };
 * assertAlmostEquals(rewardLoss().value(pair), 0.3411538747320878, 1e-15);
 * assertAlmostEquals(rewardLoss({ kind: "margin" }).value(pair), 1.3873353251154308, 1e-15);
 * assertAlmostEquals(rewardLoss({ kind: "scaled" }).value(pair), 0.6823077494641756, 1e-15);
 * ```
 *
 * @param options Which loss, and whether it is centred.
 * @returns The loss.
 * @throws {ParameterError} If an option is out of its range; from `value` and `slope`, if a number is missing or not finite.
 */
export function rewardLoss(options: RewardLossOptions = {}): RewardLoss {
  return rewardLossDefinition.call(options);
}

const WHAT = "rewardLoss";
const WEIGHT = { type: "number", least: 0, help: "its weight" } as const;
const OF = { type: "choice", words: ["sum", "each"], help: "what is squared" } as const;

const OPTIONS = {
  kind: {
    type: "choice",
    words: ["bradleyTerry", "margin", "scaled", "regression"],
    default: "bradleyTerry",
    help: "the loss",
  },
  centre: { type: "data", read: readCentre, optional: true, help: "the weight of what holds rewards near 0" },
} as const;

/** Its row of the catalogue. */
export const rewardLossDefinition = /* @__PURE__ */ define({
  name: "rewardLoss",
  kind: "preference",
  help: "a loss of pairs of completions, from their rewards",
  options: OPTIONS,
  make: (options, spec): RewardLoss => ({
    spec,
    value: (pair) => partsOf(options, pair).value,
    slope(pair) {
      const { chosen, rejected } = partsOf(options, pair);
      return { chosen, rejected };
    },
  }),
});

function readCentre(what: string, name: string, value: unknown): Centre {
  if (typeof value !== "object" || value === null) {
    return { weight: checkOption(what, name, WEIGHT, value), of: "sum" };
  }
  const { weight, of } = optionsOf(`${what}'s ${name}`, value as Partial<Centre>, ["weight!", "of!"]);
  return {
    weight: checkOption(`${what}'s ${name}`, "weight", WEIGHT, weight),
    of: checkOption(`${what}'s ${name}`, "of", OF, of),
  };
}

/** A value and its derivatives by the two rewards. */
interface Parts extends PairSlopes {
  readonly value: number;
}

function partsOf({ kind, centre }: OptionValues<typeof OPTIONS>, pair: Rewards): Parts {
  const given = record(WHAT, pair, "a pair of rewards, { chosen, rejected }");
  const chosen = finite(WHAT, "a pair", "chosen", given.chosen);
  const rejected = finite(WHAT, "a pair", "rejected", given.rejected);
  const parts = kind === "regression"
    ? regression(chosen, rejected, given.ratings)
    : comparison(chosen - rejected, kind, given.strength);
  return centre ? centred(parts, chosen, rejected, centre) : parts;
}

/** The losses of the difference of two rewards. */
function comparison(difference: number, kind: "bradleyTerry" | "margin" | "scaled", strength: unknown): Parts {
  const margin = kind === "margin" ? difference - finite(WHAT, "a pair", "strength", strength) : difference;
  const scale = kind === "scaled" ? scaleOf(strength) : 1;
  const slope = scale * sigmoid(-margin);
  return { value: scale * softplus(-margin), chosen: -slope, rejected: slope };
}

function scaleOf(strength: unknown): number {
  const scale = finite(WHAT, "a pair", "strength", strength);
  if (scale >= 0) return scale;
  throw new ParameterError(
    `Cannot use ${WHAT} on a pair whose strength is ${shown(scale)}: wanted at least 0 for the kind "scaled"`,
  );
}

/** The mean of the two squared errors. */
function regression(chosen: number, rejected: number, ratings: unknown): Parts {
  const wanted = record(WHAT, ratings ?? {}, "ratings, { chosen, rejected }");
  const w = chosen - finite(WHAT, "a pair", "ratings.chosen", wanted.chosen);
  const l = rejected - finite(WHAT, "a pair", "ratings.rejected", wanted.rejected);
  return { value: (w * w + l * l) / 2, chosen: w, rejected: l };
}

function centred({ value, chosen, rejected }: Parts, w: number, l: number, { weight, of }: Centre): Parts {
  const sum = w + l;
  return of === "sum"
    ? { value: value + weight * sum * sum, chosen: chosen + 2 * weight * sum, rejected: rejected + 2 * weight * sum }
    : { value: value + weight * (w * w + l * l) / 2, chosen: chosen + weight * w, rejected: rejected + weight * l };
}
