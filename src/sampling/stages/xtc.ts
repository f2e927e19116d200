import { ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import { MIN_KEEP } from "./_options.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode xtc}. */
export interface XtcOptions {
  /** The chance that a row is cut at all: from 0 to 1. */
  readonly probability: number;
  /** The least probability of a choice that may be excluded; above 0.5 nothing ever is, at 0 all are but the least likely token. */
  readonly threshold: number;
  /** Fewest candidates left, masked ones among them, or nothing is cut; 1 when absent. */
  readonly minKeep?: number;
}

/**
 * Exclude top choices: with a chance of `probability`, drops all but the least likely of the tokens that have at least a probability
 * `threshold`. The chance is keyed by the row or step like every other. `minKeep` counts as llama.cpp does: masked tokens are candidates
 * until a truncator, other than top-n-sigma, takes them away.
 *
 * Source: llama.cpp's XTC sampler. Cost: as `keepMinP`; at most
 * `1 / threshold` tokens can be concerned.
 *
 * @example Of three top choices the least likely stays
 * ```ts
 * import { sampler, xtc } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log);
 * const chain = [xtc({ probability: 1, threshold: 0.19 })];
 * assertEquals([...sampler({ chain }).distribution(row).ids], [2, 3]);
 * ```
 *
 * @param options Probability, threshold, the least kept.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function xtc(options: XtcOptions): Stage {
  return xtcDefinition.call(options);
}

/** Its row of the catalogue. */
export const xtcDefinition = /* @__PURE__ */ define({
  name: "xtc",
  kind: "stage",
  help: "at times without the top choices",
  options: {
    probability: { type: "number", least: 0, most: 1, help: "the chance that a row is cut" },
    threshold: { type: "number", least: 0, most: 1, help: "the least probability of a top choice" },
    minKeep: MIN_KEEP,
  },
  make({ probability, threshold, minKeep }, spec): Stage {
    const gap = ln(threshold);
    return {
      spec,
      cut(ladder, { chance }) {
        if (probability === 0 || threshold > 0.5) return;
        if (chance() <= probability) ladder.dropTop(gap, minKeep);
      },
    };
  },
});
