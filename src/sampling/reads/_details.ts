import { exp } from "../../../kernels/mod.ts";
import type { Reducer, RowFacts, Segment } from "../../core/mod.ts";
import { type Heap, ranked } from "../../row/mod.ts";
import { isCell } from "../cuts/_rung.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import type { Sample, SampleDetails, TokenLogprob } from "../sample.ts";

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
function lookUp(sample: Sample, logit: number, facts: RowFacts): Reducer<Sample> {
  return Number.isNaN(logit) ? seekLogit(sample, facts) : countLarger(sample, logit, facts);
}

/** The sample with what a further read has told. */
function toldOf(sample: Sample, logit: number, rank: number, { maximum, logSum }: RowFacts): Sample {
  return {
    ...sample,
    reads: sample.reads + 1,
    details: { ...sample.details!, rawLogprob: logit - maximum - logSum, rank },
  };
}

function seekLogit(sample: Sample, facts: RowFacts): Reducer<Sample, { logit: number }> {
  function look(state: { logit: number }, { values, start }: Pick<Segment, "values" | "start">): void {
    const at = sample.id! - start;
    if (at >= 0 && at < values.length) state.logit = values[at];
  }
  return {
    spec: { name: "samplerLogit", params: { read: sample.reads + 1 }, inputs: [] },
    needs: "maximum",
    init: () => ({ logit: NaN }),
    step: look,
    stepBlock: look,
    merge(into, from) {
      if (!Number.isNaN(from.logit)) into.logit = from.logit;
    },
    finish: ({ logit }) => toldOf(sample, logit, NaN, facts),
    second: ({ logit }) => countLarger(toldOf(sample, logit, NaN, facts), logit, facts),
  };
}

function countLarger(sample: Sample, logit: number, facts: RowFacts): Reducer<Sample, { larger: number }> {
  return {
    spec: { name: "samplerRank", params: { read: sample.reads + 1 }, inputs: [] },
    needs: "maximum",
    init: () => ({ larger: 0 }),
    step(state, { values }) {
      for (const x of values) if (x > logit) state.larger++;
    },
    stepBlock(state, { kernels, at, count }) {
      state.larger += kernels.countGreater(at, count, logit);
    },
    merge(into, from) {
      into.larger += from.larger;
    },
    finish: ({ larger }) => toldOf(sample, logit, 1 + larger, facts),
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
