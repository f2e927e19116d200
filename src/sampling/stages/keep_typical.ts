import { define } from "../../core/mod.ts";
import { MIN_KEEP } from "./_options.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode keepTypical}. */
export interface KeepTypicalOptions {
  /** Fewest tokens kept; 1 when absent. */
  readonly minKeep?: number;
}

/**
 * Locally typical sampling: keeps the tokens whose surprise `-ln P` is nearest to the entropy H of the distribution, until they hold a
 * share p together; of equal distances all stay. In logits that is an interval around `ln sum - H`.
 *
 * p = 1 keeps all. Source: Meister et al. 2023, "Locally Typical Sampling". Cost: as
 * `keepTopP`, with some passes more. llama.cpp cuts equal distances apart, transformers does not.
 *
 * @example The likeliest token is not the most typical
 * ```ts
 * import { keepTypical, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.4, 0.2, 0.2, 0.2], Math.log);
 * assertEquals([...sampler({ chain: [keepTypical(0.5)] }).distribution(row).ids], [1, 2, 3]);
 * ```
 *
 * @param p The share to reach: above 0, at most 1.
 * @param options The least kept.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function keepTypical(p: number, options: KeepTypicalOptions = {}): Stage {
  return keepTypicalDefinition.call(options, p);
}

/** Its row of the catalogue. */
export const keepTypicalDefinition = /* @__PURE__ */ define({
  name: "keepTypical",
  kind: "stage",
  help: "those nearest to the entropy, up to a share p",
  options: {
    p: { type: "number", above: 0, most: 1, argument: true, help: "the share" },
    minKeep: MIN_KEEP,
  },
  make: ({ p, minKeep }, spec): Stage => ({
    spec,
    cut: (ladder) => p === 1 ? undefined : ladder.keepTypical(p, minKeep),
  }),
});
