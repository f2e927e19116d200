// What `details` and `topLogprobs` add to a sample, with the reads that a rank may take.
import { exp } from "../../../kernels/mod.ts";
import type { Reducer, RowFacts, Segment } from "../../core/mod.ts";
import { type Heap, ranked } from "../../row/mod.ts";
import { isSpan, SpanRung } from "../cuts/_rung.ts";
import { RungLadder } from "../cuts/_rung_ladder.ts";
import type { Sample, SampleDetails, TokenLogprob } from "../sample.ts";

/** The first read's findings on the row as it came: raw log-probabilities and ranks are told from them. */
export interface Raw {
  readonly facts: RowFacts;
  readonly best: Heap | null;
  /** Whether the chain saw the same logits. */
  readonly plain: boolean;
}

/** What a read concludes: the sample, and the reducer of the next read if there must be one. */
export interface ReadResult {
  readonly sample: Sample;
  readonly next: Reducer<Sample> | undefined;
}

/** The row's likeliest tokens. */
export function likeliest({ facts, best }: Raw, k: number): TokenLogprob[] {
  if (!best) return [];
  return ranked(best).slice(0, k).map((at) => ({
    id: best.ids[at],
    logprob: best.values[at] - facts.maximum - facts.logSum,
  }));
}

/** Adds what is `known`, and raw log-probability and rank: from the best if these tell, else by reading again. */
export function detailed(
  sample: Sample,
  known: Omit<SampleDetails, "rawLogprob" | "rank">,
  { facts, best }: Raw,
  logit: number,
): ReadResult {
  for (let i = 0; best && i < best.size && Number.isNaN(logit); i++) {
    if (best.ids[i] === sample.id) logit = best.values[i];
  }
  const rank = best ? rankAmong(best, logit) : undefined;
  const { reads } = sample;
  const found = withRank(
    { ...sample, details: { rawLogprob: NaN, rank: NaN, ...known } },
    reads,
    logit,
    rank ?? NaN,
    facts,
  );
  if (rank !== undefined) return { sample: found, next: undefined };
  // A read that finds the token's raw logit, where it is not known, and then one that counts the larger ones.
  return { sample: found, next: Number.isNaN(logit) ? seekLogit(found, facts) : countLarger(found, logit, facts) };
}

function rankAmong(best: Heap, logit: number): number | undefined {
  const known = logit >= best.values[0] || (best.size < best.k && !Number.isNaN(logit));
  return known ? 1 + best.values.subarray(0, best.size).filter((x) => x > logit).length : undefined;
}

function withRank(sample: Sample, reads: number, logit: number, rank: number, { maximum, logSum }: RowFacts): Sample {
  return { ...sample, reads, details: { ...sample.details!, rawLogprob: logit - maximum - logSum, rank } };
}

function seekLogit(sample: Sample, facts: RowFacts): Reducer<Sample, { logit: number }> {
  const read = sample.reads + 1;
  const found = (logit: number) => withRank(sample, read, logit, NaN, facts);
  function look(state: { logit: number }, { values, start }: Pick<Segment, "values" | "start">): void {
    const at = sample.id! - start;
    if (at >= 0 && at < values.length) state.logit = values[at];
  }
  return {
    spec: { name: "samplerLogit", params: { read }, inputs: [] },
    needs: "maximum",
    init: () => ({ logit: NaN }),
    step: look,
    stepBlock: look,
    merge(into, from) {
      if (!Number.isNaN(from.logit)) into.logit = from.logit;
    },
    finish: ({ logit }) => found(logit),
    second: ({ logit }) => countLarger(found(logit), logit, facts),
  };
}

function countLarger(sample: Sample, logit: number, facts: RowFacts): Reducer<Sample, { larger: number }> {
  const read = sample.reads + 1;
  return {
    spec: { name: "samplerRank", params: { read }, inputs: [] },
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
    finish: ({ larger }) => withRank(sample, read, logit, 1 + larger, facts),
  };
}

/** The share of the row that is kept, at the temperature at which it was read. */
export function keptShare({ rungs, origin, source, wide, fine }: RungLadder): number {
  const read = new RungLadder(source, wide, fine), whole = read.mass;
  const kept = rungs.map((rung) =>
    isSpan(rung)
      ? read.massOf(new SpanRung(rung.range))
      : Array.from(rung.ids, (id) => exp(rung.rawOf(id) - origin)).reduce((a, b) => a + b, 0)
  );
  return Math.min(1, kept.reduce((sum, mass) => sum + mass, 0) / whole);
}
