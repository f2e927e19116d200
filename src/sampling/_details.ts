import { exp } from "../../kernels/mod.ts";
import { type Heap, ranked, type Reducer, type RowFacts } from "../core/mod.ts";
import { isCell } from "./_rung.ts";
import type { RungLadder } from "./_rung_ladder.ts";
import type { Sample, SampleDetails, TokenLogprob } from "./sample.ts";

/** The first read's findings on the row as it came: raw log-probabilities and ranks are told from them. */
export interface Raw {
  readonly facts: RowFacts;
  readonly best: Heap | null;
  /** Whether the chain saw the same logits. */
  readonly plain: boolean;
}

/** What a read concludes: the sample, and the reducer of the next read if there must be one. */
export interface Concluded {
  readonly sample: Sample;
  readonly next: Reducer<Sample> | undefined;
}

/** The row's likeliest tokens. */
export function topOf({ facts, best }: Raw, k: number): TokenLogprob[] {
  if (!best) return [];
  return ranked(best).slice(0, k).map((at) => ({
    id: best.ids[at],
    logprob: best.values[at] - facts.maximum - facts.logSum,
  }));
}

/** Puts raw log-probability and rank in, from the best if they tell, else by reading again. */
export function detailed(
  sample: Sample,
  known: SampleDetails,
  { facts, best }: Raw,
  logit: number,
): Concluded {
  const { id } = sample;
  for (let i = 0; best && i < best.size && Number.isNaN(logit); i++) if (best.ids[i] === id) logit = best.values[i];
  const rank = best ? rankAmong(best, logit) : undefined;
  const rawLogprob = logit - facts.maximum - facts.logSum;
  const details = { ...known, rawLogprob, rank: rank ?? NaN };
  const next = rank === undefined ? lookUp({ ...sample, details }, logit, facts) : undefined;
  return { sample: { ...sample, details }, next };
}

function rankAmong(best: Heap, logit: number): number | undefined {
  const known = logit >= best.values[0] || (best.size < best.k && !Number.isNaN(logit));
  return known ? 1 + best.values.subarray(0, best.size).filter((x) => x > logit).length : undefined;
}

/** A read that finds the token's raw logit, where it is not known, and then one that counts the larger ones. */
function lookUp(sample: Sample, logit: number, facts: RowFacts): Reducer<Sample, { logit: number; greater: number }> {
  const reads = sample.reads + 1;
  const seek = Number.isNaN(logit);
  const step = (
    state: { logit: number; greater: number },
    values: Float32Array | Float64Array,
    start: number,
  ): void => {
    const at = sample.id! - start;
    if (at >= 0 && at < values.length) state.logit = values[at];
  };
  const result = (found: number, rank: number): Sample => ({
    ...sample,
    reads,
    details: { ...sample.details!, rawLogprob: found - facts.maximum - facts.logSum, rank },
  });
  return {
    spec: { name: "samplerRank", params: { read: reads }, inputs: [] },
    needs: "maximum",
    init: () => ({ logit: NaN, greater: 0 }),
    step(state, { values, start }) {
      step(state, values, start);
      if (!seek) { for (const x of values) if (x > logit) state.greater++; }
    },
    stepBlock(state, { kernels, at, count, values, start }) {
      step(state, values, start);
      if (!seek) state.greater += kernels.countGreater(at, count, logit);
    },
    merge(into, from) {
      if (!Number.isNaN(from.logit)) into.logit = from.logit;
      into.greater += from.greater;
    },
    finish: (state) => result(seek ? state.logit : logit, seek ? NaN : 1 + state.greater),
    second: (state) => seek ? lookUp(result(state.logit, NaN), state.logit, facts) : undefined,
  };
}

/** The share of the row that the window holds, in the scale of the read. */
export function shareOf(ladder: RungLadder, whole: number): number {
  let mass = 0;
  for (const rung of ladder.kept) {
    if (isCell(rung)) mass += ladder.source ? ladder.source.weigh(rung, 1)![0] * rung.share : rung.m;
    else mass += rung.n * exp(rung.rawUpper - ladder.origin);
  }
  return Math.min(1, mass / whole);
}
