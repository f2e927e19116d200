import { ln } from "../../kernels/mod.ts";
import type { Ladder } from "./_ladder.ts";
import { checkShare } from "./_refuse.ts";
import { isCell, type Rung } from "./_rung.ts";
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
  checkShare("keepTopH", "h", h);
  return {
    spec: { name: "keepTopH", params: { h }, inputs: [] },
    needs: "order",
    most: 100,
    cut(ladder) {
      ladder.keepCount(100, "lowestId");
      keepEntropy(ladder, h);
    },
  };
}

/** Keeps the longest run from the top whose entropy terms hold at most a share `h`. */
function keepEntropy(ladder: Ladder, h: number): void {
  requireListed(ladder);
  const { mass, top, rungs } = ladder;
  const logMass = ln(mass);
  const term = ({ m, n, x }: Rung): number => {
    const p = m / n / mass;
    return p > 0 ? -n * p * (x - top - logMass) : 0;
  };
  const whole = ladder.kept.reduce((sum, rung) => sum + term(rung), 0);
  // Rounding must not cut a run that holds all of the entropy.
  const most = h * whole * (1 + 1e-12);
  let sum = 0;
  for (let i = ladder.from; i < ladder.to; i++) {
    const all = term(rungs[i]);
    if (sum + all <= most) {
      sum += all;
      continue;
    }
    const part = Math.min(rungs[i].n - 1, Math.floor((most - sum) / (all / rungs[i].n)));
    if (i > ladder.from && part < 1) ladder.to = i;
    else {
      ladder.to = i + 1;
      ladder.keepPart(i, Math.max(1, part));
    }
    return;
  }
}

/** Entropy terms are told token by token. */
function requireListed(ladder: Ladder): void {
  if (ladder.listed) return;
  for (let i = ladder.from; i < ladder.to; i++) if (isCell(ladder.rungs[i])) ladder.note(i);
  ladder.giveUp("the entropy of the best tokens");
}
