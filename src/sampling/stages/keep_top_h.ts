import { define } from "../../core/mod.ts";
import type { Stage } from "./stage.ts";

/**
 * Top-H: of the 100 best tokens, renormalized, keeps the longest run from the top whose terms of the entropy, `-P ln P`, sum up to at
 * most `h` times the whole; always the best.
 *
 * Source: Potraghloo et al. 2025, "Top-H Decoding", with the 100 tokens of transformers. Cost: one read, a heap of 100.
 *
 * @example Two tokens hold 0.7 of the entropy
 * ```ts
 * import { keepTopH, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log);
 * assertEquals([...sampler({ chain: [keepTopH(0.7)] }).distribution(row).ids], [0, 1]);
 * ```
 *
 * @param h The share of the entropy: above 0, at most 1.
 * @returns The stage.
 * @throws {ParameterError} If it is not.
 */
export function keepTopH(h: number): Stage {
  return keepTopHDefinition.call({}, h);
}

/** Its row of the catalogue. */
export const keepTopHDefinition = /* @__PURE__ */ define({
  name: "keepTopH",
  kind: "stage",
  help: "the best that hold a share h of the entropy",
  options: { h: { type: "number", above: 0, most: 1, argument: true, help: "the share" } },
  make: ({ h }, spec): Stage => ({
    spec,
    most: 100,
    cut(ladder) {
      ladder.keepCount(100, "lowestId");
      ladder.keepEntropy(h);
    },
  }),
});
