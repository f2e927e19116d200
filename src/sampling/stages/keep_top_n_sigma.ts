import { define } from "../../core/mod.ts";
import type { Stage } from "./stage.ts";

/**
 * Top-n-sigma: keeps the tokens whose logit is at most n standard deviations below the largest: `x >= max - n s`, s the population
 * deviation of the logits that are not masked. The others are masked: for `dynamicTemperature` and `xtc` they are candidates still, as
 * in llama.cpp.
 *
 * Source: Tang et al. 2024, "Top-n-sigma: Not All Logits Are You Need", as in llama.cpp. Cost: at the front of a
 * chain two to three nanoseconds a logit for the deviation; behind a truncator to 256 tokens nothing.
 *
 * @example Within one deviation of the best
 * ```ts
 * import { keepTopNSigma, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.of(0, 1, 2, 10);
 * assertEquals([...sampler({ chain: [keepTopNSigma(1)] }).distribution(row).ids], [3]);
 * ```
 *
 * @param n How many deviations: a finite number above 0.
 * @returns The stage.
 * @throws {ParameterError} If it is not.
 */
export function keepTopNSigma(n: number): Stage {
  return keepTopNSigmaDefinition.call({}, n);
}

/** Its row of the catalogue. */
export const keepTopNSigmaDefinition = /* @__PURE__ */ define({
  name: "keepTopNSigma",
  kind: "stage",
  help: "those within n deviations of the best",
  options: { n: { type: "number", above: 0, argument: true, help: "how many" } },
  make: ({ n }, spec): Stage => ({
    spec,
    cut(ladder) {
      if (ladder.count <= 1) return;
      ladder.maskBelow(ladder.largest() - n * ladder.spread().deviation);
    },
  }),
});
