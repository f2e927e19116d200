import { ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import type { Stage } from "./stage.ts";

/**
 * P-less: keeps the tokens that are at least as likely as a guess at random among the distribution would be right: `P >= sum P^2`.
 *
 * It has no option. Source: Tan et al. 2025, "p-less sampling". Cost: as `keepMinP`.
 *
 * @example Two tokens beat a random guess
 * ```ts
 * import { keepPLess, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.1, 0.15, 0.2, 0.25, 0.3], Math.log);
 * assertEquals([...sampler({ chain: [keepPLess()] }).distribution(row).ids], [4, 3]);
 * ```
 *
 * @returns The stage.
 */
export function keepPLess(): Stage {
  return keepPLessDefinition.call({});
}

/** Its row of the catalogue. */
export const keepPLessDefinition = /* @__PURE__ */ define({
  name: "keepPLess",
  kind: "stage",
  help: "those likelier than two draws are to agree",
  options: {},
  make: (_options, spec): Stage => ({
    spec,
    cut(ladder) {
      // Equal probabilities are at the threshold themselves: the tolerance of `keepProbable` keeps them.
      ladder.keepProbable(ln(ladder.squares()), 1);
    },
  }),
});
