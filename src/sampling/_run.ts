import type { Level } from "../../kernels/mod.ts";
import { exp, ln } from "../../kernels/mod.ts";
import { type Heap, ranked, type Reducer, type RowFacts, type Segment } from "../core/mod.ts";
import { type Chain, wantedFor } from "./_chain.ts";
import { drawFrom, type Drawn, guess, runStages, sweptLadder, type Walk } from "./_evaluate.ts";
import { findBlock, type Findings, findingsOf, kernelsOfFindings, mergeFindings, type Wanted } from "./_findings.ts";
import { CELLS, type Histogram, HistogramFold, histogramOf, type HistogramPlan } from "./_histogram.ts";
import { CELL, type Ladder, Undecided } from "./_ladder.ts";
import type { Memory, Observed } from "./_memory.ts";
import { Noise, Purpose } from "./_noise.ts";
import { Restart } from "./_restart.ts";
import { blockOf } from "./_segment_block.ts";
import { type Facts, factsOf, totals } from "./_sums.ts";
import type { Sample, SampleDetails } from "./sample.ts";
import type { Edit, Stage, StageContext } from "./stage.ts";

/** What a run is asked for. */
export interface Asked {
  readonly seed: number;
  readonly draws: number;
  readonly details: boolean;
  readonly topLogprobs: number;
}

/** How far, relatively, the mass of the kept tokens may be off in a result. */
const DOUBT = 1e-5;

/** After so many reads of a row everything is listed. */
export const MANY = 6;

/** How many of the raw best are held to tell ranks. */
const RAW = 64;

/** What the chain made of a row, once that is known. */
export interface Conclusion {
  readonly ladder: Ladder;
  /** The edits that were applied as the row was read, last read. */
  readonly edits: readonly Edit[];
  readonly member: (rung: number, j: number) => number;
}

/** The first read's findings on the row as it came: raw log-probabilities and ranks are told from them. */
interface Raw {
  readonly facts: RowFacts;
  readonly best: Heap | null;
  readonly plain: boolean;
}

/** One pass of the chain over a row, from some stage on. */
interface Epoch {
  readonly edits: readonly Edit[];
  readonly from: number;
  readonly reads: number;
  readonly share: number;
  readonly raw: Raw | undefined;
}

type Next = Reducer<Sample> | undefined;

/** One row on its way through a sampler: which reads it takes, and what they give. */
export class RowRun {
  readonly #chain: Chain;
  readonly #asked: Asked;
  readonly #memory: Memory;
  readonly #row: number;
  readonly #noise: Noise;
  readonly #drawing: boolean;
  readonly observed: Map<number, Observed> = new Map();
  conclusion: Conclusion | undefined;
  drawn: Drawn | undefined;

  constructor(chain: Chain, asked: Asked, memory: Memory, row: number, drawing = true) {
    this.#chain = chain;
    this.#asked = asked;
    this.#memory = memory;
    this.#row = row;
    this.#noise = new Noise(asked.seed, row);
    this.#drawing = drawing;
  }

  /** The edits of the stages at the start. */
  leading(): Edit[] {
    const edits: Edit[] = [];
    for (let i = 0; i < this.#chain.leading; i++) {
      const edit = this.#chain.stages[i].edit!(this.#context(i, 0));
      if (edit) edits.push(edit);
    }
    return edits;
  }

  /** The first read's reducer of this row. */
  first(): Reducer<Sample, Findings> {
    const { leading } = this.#chain;
    // Made when the first logits come: a state may be made long before its row is known.
    let edits: readonly Edit[] | undefined;
    const make = (): readonly Edit[] => edits ??= leading > 0 ? this.leading() : [];
    const epoch = {
      get edits() {
        return make();
      },
      from: leading,
      reads: 1,
      share: 1,
      raw: undefined,
    };
    return this.#sweep(epoch, leading > 0);
  }

  #context(place: number, vocabulary: number): StageContext {
    const { history, prompt, own } = this.#memory;
    return {
      history,
      prompt,
      row: this.#row,
      vocabulary,
      own: own[place],
      chance: () => this.#noise.uniform(Purpose.chance, place),
      observe: (probability) => this.observed.set(place, probability),
    };
  }

  #walk(from: number, vocabulary: number): Walk {
    return {
      rest: this.#chain.stages.slice(from),
      context: (place) => this.#context(from + place, vocabulary),
    };
  }

  #sweep(epoch: Epoch, edited: boolean): Reducer<Sample, Findings> {
    const wanted = epoch.reads === 1
      ? this.#chain.wanted ??= wantedOf(this.#chain.stages.slice(epoch.from), this.#asked, true)
      : wantedOf(this.#chain.stages.slice(epoch.from), this.#asked, false);
    const needs = needsOf(wanted, this.#asked, edited, epoch.reads === 1);
    const conclude = remembering((state: Readonly<Findings>, row: RowFacts) =>
      this.#conclude(epoch, state, row, wanted, edited)
    );
    const stepBlock: NonNullable<Reducer<Sample, Findings>["stepBlock"]> = (state, block) =>
      findBlock(state, block, wanted, edited ? epoch.edits : [], this.#noise, edited);
    return {
      spec: { name: "samplerRead", params: { read: epoch.reads }, inputs: [] },
      needs,
      init: (row) => findingsOf(row, wanted),
      step: (state, segment: Segment) => stepBlock(state, blockOf(segment, needs)),
      stepBlock,
      merge: mergeFindings,
      finish: (state, row) => conclude(state, row).sample,
      second: (state, row) => conclude(state, row).next,
    };
  }

  #conclude(
    epoch: Epoch,
    found: Readonly<Findings>,
    row: RowFacts,
    wanted: Wanted,
    edited: boolean,
  ): { sample: Sample; next: Next } {
    const why = row.nan > 0 ? "nan" : row.posInf > 0 ? "infinity" : row.allMasked ? "masked" : undefined;
    if (why) return { sample: none(epoch.reads, why), next: undefined };
    const facts = edited
      ? factsOf(totals(kernelsOfFindings(found), found.sum), wanted.level === "moments")
      : plainFacts(row);
    if (facts.maximum === Infinity || Number.isNaN(facts.maximum)) {
      return { sample: none(epoch.reads, "infinity"), next: undefined };
    }
    if (facts.maximum === -Infinity) return { sample: none(epoch.reads, "masked"), next: undefined };
    const raw = epoch.raw ?? { facts: row, best: found.raw, plain: !edited };
    const ladder = sweptLadder(found, facts, row.count, wanted);
    const walk = this.#walk(epoch.from, row.vocabulary);
    const attempt = { ...epoch, raw };
    return this.#attempt(attempt, ladder, walk, () => 0, found, undefined, () => {
      const temperatures = temperaturesOf(walk.rest);
      const { hot, groups } = guess(found, facts, row.count, walk, temperatures);
      const plan = {
        top: facts.maximum,
        vocabulary: row.vocabulary,
        edits: edited ? epoch.edits : [],
        hot,
        groups,
        temperatures,
        draws: this.#asked.draws,
        sums: {
          spread: walk.rest.some(({ needs }) => needs === "moments"),
          moment: this.#asked.details || walk.rest.some(({ needs }) => needs === "entropy"),
          squares: walk.rest.some(({ needs }) => needs === "squares"),
        },
      };
      return this.#histogram({ ...attempt, reads: epoch.reads + 1 }, plan);
    });
  }

  /** Runs the rest of the chain on a ladder; gives the sample, or the reducer of the next read. */
  #attempt(
    epoch: Epoch & { readonly raw: Raw },
    ladder: Ladder,
    walk: Walk,
    member: (rung: number, j: number) => number,
    found: Findings | undefined,
    histogram: { fold: HistogramFold; state: Histogram } | undefined,
    again: () => Reducer<Sample>,
  ): { sample: Sample; next: Next } {
    const whole = ladder.mass;
    const { reads } = epoch;
    try {
      runStages(ladder, walk, member);
      if (ladder.to <= ladder.from || !(ladder.mass > 0)) return { sample: none(reads, "masked"), next: undefined };
      if (ladder.error > DOUBT * ladder.mass) throw new Undecided("what is left is too small beside what was dropped");
      this.conclusion = { ladder, edits: epoch.edits, member };
      if (!this.#drawing) return { sample: none(reads), next: undefined };
      const drawn = drawFrom(ladder, this.#asked.draws, this.#noise, found, histogram);
      this.drawn = drawn[0];
      return this.#finish(epoch, ladder, drawn, epoch.share * shareOf(ladder, whole));
    } catch (error) {
      if (error instanceof Undecided) return { sample: none(reads), next: again() };
      if (!(error instanceof Restart)) throw error;
      const next = this.#sweep({
        edits: [...epoch.edits, ...error.edits],
        from: epoch.from + error.done,
        reads: reads + 1,
        share: epoch.share * shareOf(ladder, whole),
        raw: epoch.raw,
      }, true);
      return { sample: none(reads), next };
    }
  }

  #histogram(epoch: Epoch & { readonly raw: Raw }, plan: HistogramPlan): Reducer<Sample, Histogram> {
    const fold = new HistogramFold(plan, this.#noise);
    const conclude = remembering((state: Readonly<Histogram>, row: RowFacts) =>
      this.#concludeHistogram(epoch, fold, state, row)
    );
    return {
      spec: { name: "samplerHistogram", params: { read: epoch.reads }, inputs: [] },
      needs: "maximum",
      init: (row) => histogramOf(row, plan),
      step: (state, segment: Segment) => fold.block(state, blockOf(segment, "maximum")),
      stepBlock: (state, block) => fold.block(state, block),
      merge: (into, from) => fold.merge(into, from),
      finish: (state, row) => conclude(state, row).sample,
      second: (state, row) => conclude(state, row).next,
    };
  }

  #concludeHistogram(
    epoch: Epoch & { readonly raw: Raw },
    fold: HistogramFold,
    state: Readonly<Histogram>,
    row: RowFacts,
  ): { sample: Sample; next: Next } {
    const ladder = fold.ladder(state);
    const member = (rung: number, j: number) => fold.member(state, ladder, rung, j);
    const walk = this.#walk(epoch.from, row.vocabulary);
    return this.#attempt(epoch, ladder, walk, member, undefined, { fold, state }, () => {
      // The guess missed: this histogram is exact, so it tells which cells to list.
      const sure = fold.ladder(state);
      sure.asked = new Set();
      try {
        runStages(sure, walk, () => 0);
      } catch (error) {
        if (!(error instanceof Restart)) throw error;
      }
      const hot = new Set([...fold.plan.hot, ...sure.asked]);
      // The last one allowed: it answers every question.
      if (epoch.reads >= MANY) { for (let cell = 0; cell < CELLS; cell++) hot.add(cell); }
      const groups = [...fold.plan.groups];
      for (let i = 0; i < sure.size; i++) {
        if (sure.id[i] === CELL && sure.asked.has(sure.cell[i]) && sure.high[i] === sure.deep[i]) {
          groups.push(sure.high[i]);
        }
      }
      return this.#histogram({ ...epoch, reads: epoch.reads + 1 }, { ...fold.plan, hot, groups });
    });
  }

  #finish(
    { reads, raw, edits }: Epoch & { readonly raw: Raw },
    ladder: Ladder,
    drawn: readonly Drawn[],
    keptMass: number,
  ): { sample: Sample; next: Next } {
    const { draws, details, topLogprobs } = this.#asked;
    const [first] = drawn;
    const sample: Sample = {
      id: first.id,
      logprob: first.logprob,
      reads,
      ...(draws > 1 ? { draws: drawn.map(({ id, logprob }) => ({ id, logprob })) } : {}),
      ...(topLogprobs > 0 ? { top: topOf(raw, topLogprobs) } : {}),
    };
    if (!details) return { sample, next: undefined };
    const known = {
      rawLogprob: NaN,
      rank: NaN,
      kept: ladder.count,
      keptMass,
      entropy: plainFacts(raw.facts).entropy,
      keptEntropy: ladder.entropy,
    };
    return detailed(sample, known, raw, raw.plain && edits.length === 0 ? first.high : NaN);
  }
}

/** `finish` and `second` ask for the same conclusion, one after the other: it is drawn once. */
function remembering<S>(
  conclude: (state: S, row: RowFacts) => { sample: Sample; next: Next },
): (state: S, row: RowFacts) => { sample: Sample; next: Next } {
  let last: { readonly state: S; readonly row: RowFacts; readonly made: { sample: Sample; next: Next } } | undefined;
  return (state, row) => {
    if (last?.state !== state || last.row !== row) last = { state, row, made: conclude(state, row) };
    return last.made;
  };
}

/** What the first, or a later, read must find out. */
function wantedOf(rest: readonly Stage[], { details, draws, topLogprobs }: Asked, first: boolean): Wanted {
  const raw = first && (details || topLogprobs > 0) ? Math.max(RAW, topLogprobs) : 0;
  return wantedFor(rest, { details, draws, raw });
}

/** What the engine's own sweep, over the unedited logits, must know. */
export function needsOf(wanted: Wanted, { details, topLogprobs }: Asked, edited: boolean, first: boolean): Level {
  if (details && first) return "moments";
  if (edited) return topLogprobs > 0 && first ? "sum" : "maximum";
  return topLogprobs > 0 && wanted.level === "maximum" ? "sum" : wanted.level;
}

/** The temperatures that the rest of a chain applies before anything that needs another read. */
function temperaturesOf(rest: readonly Stage[]): number[] {
  const temperatures: number[] = [];
  for (const stage of rest) {
    if (stage.divisor !== undefined) temperatures.push(stage.divisor);
    else if (stage.edit) break;
  }
  return temperatures;
}

function plainFacts({ maximum, logSum, mantissa, mean }: RowFacts): Facts {
  return { maximum, logSum, entropy: Math.max(0, ln(mantissa) - mean * Math.LN2) };
}

/** No token, or none yet. */
function none(reads: number, why?: Sample["why"]): Sample {
  return { id: undefined, logprob: NaN, reads, ...(why ? { why } : {}) };
}

/** The share of the row that the window holds, in the scale of the read. */
function shareOf(ladder: Ladder, whole: number): number {
  let mass = 0;
  for (let i = ladder.from; i < ladder.to; i++) {
    if (ladder.id[i] !== CELL) mass += ladder.n[i] * exp(ladder.high[i] - ladder.origin);
    else mass += ladder.sums ? ladder.sums(ladder.cell[i], 0)[0] : ladder.m[i];
  }
  return Math.min(1, mass / whole);
}

function topOf({ facts, best }: Raw, k: number): { id: number; logprob: number }[] {
  if (!best) return [];
  return ranked(best).slice(0, k).map((at) => ({
    id: best.ids[at],
    logprob: best.values[at] - facts.maximum - facts.logSum,
  }));
}

/** Puts raw log-probability and rank in, from the best if they tell, else by reading again. */
function detailed(
  sample: Sample,
  known: SampleDetails,
  { facts, best }: Raw,
  logit: number,
): { sample: Sample; next: Next } {
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
