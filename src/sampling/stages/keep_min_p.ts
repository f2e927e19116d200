import { ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import { HALF_STEP } from "../cuts/_rung.ts";
import { MIN_KEEP } from "./_options.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode keepMinP}. */
export interface KeepMinPOptions {
  /** Fewest tokens kept; 1 when absent. */
  readonly minKeep?: number;
}

/**
 * Keeps the tokens that are at least p times as likely as the likeliest: `x >= max + ln p`, and the best `minKeep`. A token within 2^-24
 * (half a float32 step of a probability) of the threshold has reached it, so that equality does not hang on rounding.
 *
 * Source: Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling". Cost: one
 * pass over kept weights, half of log-sum-exp at most; nothing behind a truncator to 256 tokens.
 *
 * @example At least 0.6 times as likely as the best
 * ```ts
 * import { keepMinP, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.1, 0.2, 0.3, 0.4], Math.log);
 * assertEquals([...sampler({ chain: [keepMinP(0.6)] }).distribution(row).ids], [3, 2]);
 * ```
 *
 * @param p The share of the largest probability: above 0, at most 1.
 * @param options The least kept.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function keepMinP(p: number, options: KeepMinPOptions = {}): Stage {
  return keepMinPDefinition.call(options, p);
}

/** Its row of the catalogue. */
export const keepMinPDefinition = /* @__PURE__ */ define({
  name: "keepMinP",
  kind: "stage",
  help: "those with a share p of the best one's probability",
  options: {
    p: { type: "number", above: 0, most: 1, argument: true, help: "the share" },
    minKeep: MIN_KEEP,
  },
  make({ p, minKeep }, spec): Stage {
    const gap = ln(p);
    return {
      spec,
      cut(ladder) {
        ladder.keepFrom(ladder.largest() + gap - HALF_STEP, minKeep);
      },
    };
  },
});
