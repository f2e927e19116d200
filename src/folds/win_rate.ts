import { define, type Fold, ParameterError, shown, wholeFault } from "../core/mod.ts";
import { sigmoid } from "../preference/inside.ts";
import {
  addExact,
  canonicalExact,
  exactFault,
  type ExactTotal,
  exactTotal,
  exactValue,
  mergeExact,
} from "../row/inside.ts";
import { numberAt } from "./_fields.ts";

/** Options of {@linkcode winRate}. */
export interface WinRateOptions {
  /** How many candidates there are. */
  readonly candidates: number;
  /** The path of the first one's number, from 0; `"first"` when absent. */
  readonly first?: string;
  /** That of the second one's; `"second"` when absent. */
  readonly second?: string;
  /** The path of the preference logit: `P(first beats second) = 1 / (1 + e^-logit)`; `"logit"` when absent. */
  readonly logit?: string;
}

/** What {@linkcode winRate} finds of one candidate. */
export interface WinRateResult {
  /** How many comparisons it was in. */
  readonly comparisons: number;
  /** The mean probability that it wins; NaN of none. */
  readonly winRate: number;
}

/**
 * The expected win rate of each of some candidates against the others, from comparisons by a preference model: the reward of
 * self-play preference optimisation (SPO, Swamy et al. 2024), and what DNO takes its targets from.
 *
 * A comparison counts for both: the second wins with what is left of 1. Needs: two different candidates and a logit. Gives: a list of
 * {@linkcode WinRateResult}, by number. Specials: infinite logits are certain; NaN makes both rates NaN. Accuracy: exact sums.
 * Mergeable. State: 550 bytes a candidate.
 *
 * @example Three candidates, each against each
 * ```ts
 * import { fold, winRate } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const pairs = [{ first: 0, second: 1, logit: 0.8 }, { first: 0, second: 2, logit: -0.3 }, { first: 1, second: 2, logit: 1.1 }];
 * const { of } = await fold(pairs, { of: winRate({ candidates: 3 }) });
 * assertAlmostEquals(of[0].winRate, 0.5577659821579768, 1e-15);
 * assertAlmostEquals(of[1].winRate, 0.5301428122337526, 1e-15);
 * ```
 *
 * @param options How many candidates, and where comparisons have what.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a number is missing or no candidate.
 */
export function winRate(options: WinRateOptions): Fold<unknown, readonly WinRateResult[]> {
  return winRateDefinition.call(options);
}

interface Wins {
  readonly counts: Float64Array;
  readonly sums: ExactTotal[];
}

/** Its row of the catalogue. */
export const winRateDefinition = /* @__PURE__ */ define({
  name: "winRate",
  kind: "fold",
  help: "the expected win rate of each of some candidates",
  options: {
    candidates: { type: "whole", least: 2, most: 65536, help: "how many candidates there are" },
    first: { type: "text", default: "first", help: "the path of the first candidate's number" },
    second: { type: "text", default: "second", help: "the path of the second one's" },
    logit: { type: "text", default: "logit", help: "the path of the preference logit" },
  },
  make({ candidates, first, second, logit }, spec): Fold<unknown, readonly WinRateResult[], Wins> {
    const firstOf = candidateAt(first, candidates), secondOf = candidateAt(second, candidates);
    const logitOf = numberAt("winRate", logit);
    return {
      spec,
      init: () => ({
        counts: new Float64Array(candidates),
        sums: Array.from({ length: candidates }, exactTotal),
      }),
      step({ counts, sums }, item) {
        const a = firstOf(item), b = secondOf(item), z = logitOf(item);
        if (z === undefined || a === b) {
          throw new ParameterError(`Cannot use winRate on a comparison of ${a} and ${b} with the logit ${shown(z)}`);
        }
        counts[a]++;
        counts[b]++;
        addExact(sums[a], sigmoid(z));
        addExact(sums[b], sigmoid(-z));
      },
      merge(into, from) {
        from.counts.forEach((count, i) => into.counts[i] += count);
        from.sums.forEach((sum, i) => mergeExact(into.sums[i], sum));
      },
      canonical: ({ counts, sums }) => ({ counts, sums: sums.map(canonicalExact) }),
      validate: ({ counts, sums }) =>
        wholeFault("the length of counts", counts.length, candidates, candidates) ??
          wholeFault("the length of sums", sums.length, candidates, candidates) ??
          sums.map((sum, i) =>
            wholeFault(`counts[${i}]`, counts[i], 0, Number.MAX_SAFE_INTEGER) ?? exactFault(`sums[${i}]`, sum)
          ).find(Boolean),
      finish: ({ counts, sums }) =>
        sums.map((sum, i) => ({ comparisons: counts[i], winRate: exactValue(sum) / counts[i] })),
    };
  },
});

/** The number of a candidate. */
function candidateAt(path: string, candidates: number): (item: unknown) => number {
  const find = numberAt("winRate", path);
  return (item) => {
    const candidate = find(item);
    const fault = wholeFault(`its "${path}"`, candidate!, 0, candidates - 1);
    if (fault) throw new ParameterError(`Cannot use winRate on a comparison: ${fault}`);
    return candidate!;
  };
}
