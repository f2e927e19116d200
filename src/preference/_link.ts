import { exp, ln } from "../../kernels/mod.ts";
import { ParameterError, shown } from "../core/mod.ts";
import { logOneMinusExp, sigmoid, softplus } from "./_stable.ts";

/** Of which f-divergence to the reference the reward is: `f'` of the ratio of probabilities, constants left out. */
export type PreferenceLink = "reverseKl" | "forwardKl" | "js" | {
  /** `-e^(-alpha r) / alpha`: towards 0 the reverse KL, at 1 the forward KL. */
  readonly alpha: number;
};

/** A log-ratio, and by how many tokens its score is divided. */
export interface Ratio {
  /** In nats. */
  readonly ratio: number;
  /** At least 1. */
  readonly count: number;
}

/** A link as functions. */
export interface LinkFunctions {
  /** The score of a ratio. */
  score(of: Ratio): number;
  /** Its derivative by the ratio; above 0. */
  slope(of: Ratio): number;
  /** The difference of two scores, also where both are beyond float64. */
  difference(chosen: Ratio, rejected: Ratio): number;
}

/** The option's value, checked. */
export function readLink(what: string, name: string, value: unknown): PreferenceLink {
  const words = ["reverseKl", "forwardKl", "js"];
  if (words.includes(value as string)) return value as PreferenceLink;
  const { alpha, ...others } = Object(value) as { readonly alpha?: unknown };
  if (Number.isFinite(alpha) && alpha !== 0 && Object.keys(others).length === 0) return { alpha: alpha as number };
  const found = typeof value === "object" && value !== null && alpha !== undefined
    ? `{ alpha: ${shown(alpha)} }`
    : shown(value);
  throw new ParameterError(
    `Cannot use ${what} with ${name} = ${found}: wanted ${
      words.map((word) => `"${word}"`).join(" or ")
    } or { alpha }, a finite number other than 0 (which is "reverseKl")`,
  );
}

/** The functions of a link. */
export function linkFunctions(link: PreferenceLink): LinkFunctions {
  if (link === "reverseKl") return { ...scored(({ ratio }) => ratio), slope: ({ count }) => 1 / count };
  if (link === "js") {
    return { ...scored(({ ratio }) => -softplus(-ratio)), slope: ({ ratio, count }) => sigmoid(-ratio) / count };
  }
  return powerLink(link === "forwardKl" ? 1 : link.alpha);
}

/** A score that stays within float64: its difference is one of numbers. */
function scored(raw: (of: Ratio) => number): Pick<LinkFunctions, "score" | "difference"> {
  const score = (of: Ratio) => raw(of) / of.count;
  return { score, difference: (chosen, rejected) => score(chosen) - score(rejected) };
}

/** `-e^(-alpha r) / alpha`, divided by the tokens. */
function powerLink(alpha: number): LinkFunctions {
  const size = ln(Math.abs(alpha));
  return {
    score: ({ ratio, count }) => -exp(-alpha * ratio) / (alpha * count),
    slope: ({ ratio, count }) => exp(-alpha * ratio) / count,
    // e^a - e^b = +-e^max (1 - e^-|a - b|), with the gap from the ratios themselves: nothing cancels for a small alpha, and two scores
    // beyond float64 still have a difference.
    difference(chosen, rejected) {
      const gap = -alpha * (chosen.ratio - rejected.ratio) - ln(chosen.count / rejected.count);
      const { ratio, count } = gap > 0 ? chosen : rejected;
      const magnitude = exp(-alpha * ratio - ln(count) - size + logOneMinusExp(-Math.abs(gap)));
      return gap > 0 === alpha > 0 ? -magnitude : magnitude;
    },
  };
}
