import { define } from "../../core/mod.ts";
import { MIN_KEEP, TIES } from "./_options.ts";
import type { Stage } from "./stage.ts";
import type { Ties } from "./ties.ts";

/** Options of {@linkcode keepTopP}. */
export interface KeepTopPOptions {
  /** What equal logits at the cut do: `"lowestId"` when absent. */
  readonly ties?: Ties;
  /** Fewest tokens kept; 1 when absent. */
  readonly minKeep?: number;
}

/**
 * Nucleus sampling: keeps the fewest likeliest tokens whose probabilities reach p together: a token stays while those before it hold
 * less than p. The mass is summed from the top in float64; `1 - p` is never formed, and a mass within 2^-24 of p has reached it.
 *
 * p = 1 keeps all. Source: Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration".
 * Cost: nothing behind a truncator to 256 tokens, else the search of {@linkcode sampler}: two to four times log-sum-exp in all; more where
 * the last digits of the mass decide between two tokens.
 *
 * @example Two tokens hold 0.8 of the mass
 * ```ts
 * import { keepTopP, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.5, 0.3, 0.1, 0.1], Math.log);
 * assertEquals([...sampler({ chain: [keepTopP(0.8)] }).distribution(row).ids], [0, 1]);
 * ```
 *
 * @param p The share to reach: above 0, at most 1.
 * @param options Ties, the least kept.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function keepTopP(p: number, options: KeepTopPOptions = {}): Stage {
  return keepTopPDefinition.call(options, p);
}

/** Its row of the catalogue. */
export const keepTopPDefinition = /* @__PURE__ */ define({
  name: "keepTopP",
  kind: "stage",
  help: "the best that hold a share p",
  options: {
    p: { type: "number", above: 0, most: 1, argument: true, help: "the share" },
    ties: TIES,
    minKeep: MIN_KEEP,
  },
  make: ({ p, ties, minKeep }, spec): Stage => ({
    spec,
    cut: (ladder) => p === 1 ? undefined : ladder.keepMass(p, minKeep, ties),
  }),
});
