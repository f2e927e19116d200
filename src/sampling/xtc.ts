import { ln } from "../../kernels/mod.ts";
import type { Ladder } from "./_ladder.ts";
import { checkCount, optionsOf, refuse } from "./_refuse.ts";
import { isCell } from "./_rung.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode xtc}. */
export interface XtcOptions {
  /** The chance that a row is cut at all: from 0 to 1. */
  readonly probability: number;
  /** The least probability of a choice that may be excluded: above 0; above 0.5 nothing is ever excluded. */
  readonly threshold: number;
  /** Fewest tokens kept, or nothing is cut; 1 when absent. */
  readonly minKeep?: number;
}

/**
 * Exclude top choices: with a chance of `probability`, drops all but the least likely of the tokens that have at least a probability
 * `threshold`. The chance is keyed by the row or step like every other.
 *
 * Source: llama.cpp's XTC sampler. Cost: one read: at most `1 / threshold` tokens can be concerned.
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
  const { probability, threshold, minKeep = 1 } = optionsOf("xtc", options, "probability", "threshold");
  if (typeof probability !== "number" || !(probability >= 0 && probability <= 1)) {
    refuse("xtc", "probability", probability, "a number from 0 to 1");
  }
  if (typeof threshold !== "number" || !(threshold > 0 && threshold <= 1)) {
    refuse("xtc", "threshold", threshold, "a number above 0, at most 1");
  }
  checkCount("xtc", "minKeep", minKeep, 1);
  const gap = ln(threshold);
  return {
    spec: { name: "xtc", params: { probability, threshold, minKeep }, inputs: [] },
    needs: "sum",
    looks: Math.floor(1 / threshold) + 1,
    cut(ladder, { chance }) {
      if (probability === 0 || threshold > 0.5) return;
      if (chance() <= probability) dropTop(ladder, gap, minKeep);
    },
  };
}

/** Drops all but the last of the tokens of at least a log-probability, if `least` stay. */
function dropTop(ladder: Ladder, logprob: number, least: number): void {
  const { mass, error, top, rungs } = ladder;
  const t = top + ln(mass) + logprob, doubt = error > 0 ? error / mass + 1e-9 : 0;
  let last = -1;
  for (let i = ladder.from; i < ladder.to; i++) {
    const { x } = rungs[i];
    const cell = isCell(rungs[i]);
    if (cell ? x >= t - doubt : doubt > 0 && Math.abs(x - t) <= doubt) ladder.refuse(i, "a top choice");
    if (cell || !(x >= t)) break;
    last = i;
  }
  if (last < ladder.from || (last === ladder.from && rungs[last].n === 1)) return;
  let left = 1;
  for (let i = last + 1; i < ladder.to; i++) left += rungs[i].n;
  if (left < least) return;
  ladder.from = last;
  // Of equal tokens the highest id is the last.
  ladder.keepPart(last, 1, true);
}
