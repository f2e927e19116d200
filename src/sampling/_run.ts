import { exp, type Kernels, type Level, ln } from "../../kernels/mod.ts";
import { ParameterError, type Reducer, type RowFacts, type Segment } from "../core/mod.ts";
import { BandFold, type BandPlan, type Bands, bandsBetween, bandsOf } from "./_bands.ts";
import { type Chain, divisorOf, divisorsOf, proposalsFor, wantedFor } from "./_chain.ts";
import { type Concluded, detailed, type Raw, topOf } from "./_details.ts";
import { DOUBT, drawFrom, type Drawn, type Supply } from "./_draw.ts";
import { firstLadders, runStages, type Walk } from "./_evaluate.ts";
import {
  emptyFindings,
  findBlock,
  type Findings,
  findingsOf,
  kernelsOfFindings,
  mergeFindings,
  type Wanted,
} from "./_findings.ts";
import { type LogitRange, type RungLadder, Undecided } from "./_rung_ladder.ts";
import type { Memory, Observed } from "./_memory.ts";
import { Noise, Purpose } from "./_noise.ts";
import { Poisoned } from "./_poisoned.ts";
import { type Proposals, proposed, type Token } from "./_proposals.ts";
import { Restart } from "./_restart.ts";
import { isCell } from "./_rung.ts";
import { blockOf } from "./_segment_block.ts";
import { type Facts, factsOf, totals } from "./_sums.ts";
import type { Sample } from "./sample.ts";
import type { Edit, Stage, StageContext } from "./stage.ts";

/** What a run is asked for. */
export interface Asked {
  readonly seed: number;
  readonly draws: number;
  readonly details: boolean;
  readonly topLogprobs: number;
  /** Whether every kept token must be known, not only the drawn one. */
  readonly exact: boolean;
}

/** In so many reads of a row what is left of a chain, up to its next edits, is decided: the last one lists every token. */
export const ROUNDS = 3;

/** A quotient of this size is rounded to 1/1024 in float32. */
const MOST_DIVIDED = 2 ** 14;

/** How many of the raw best are held to tell ranks. */
const RAW = 64;

/** What the chain made of a row, once that is known. */
export interface Conclusion {
  readonly ladder: RungLadder;
  /** The edits that were applied as the row was read, last read. */
  readonly edits: readonly Edit[];
}

/** One pass of the chain over a row, from some stage on. */
interface Epoch {
  readonly edits: readonly Edit[];
  readonly from: number;
  readonly reads: number;
  /** Whether the row was edited behind a cut, so that the mass before the cut is not known of what is kept. */
  readonly reset: boolean;
  readonly raw: Raw | undefined;
}

/** An epoch under way, with the tokens drawn so far. */
interface Attempt extends Epoch {
  readonly raw: Raw;
  readonly supply: Supply;
  /** How many reads have been asked for since its first. */
  readonly round: number;
  /** What the first read of the epoch found of the row's logits. */
  readonly spread?: RungLadder["rowSpread"];
}

/** One row on its way through a sampler: which reads it takes, and what they give. */
export class RowRun {
  readonly #chain: Chain;
  readonly #asked: Asked;
  readonly #memory: Memory;
  readonly #row: number;
  readonly #noise: Noise;
  #first: Reducer<Sample, Findings> | undefined;
  readonly observed: Map<number, Observed> = new Map();
  conclusion: Conclusion | undefined;
  drawn: readonly Drawn[] = [];

  constructor(chain: Chain, asked: Asked, memory: Memory, row: number) {
    this.#chain = chain;
    this.#asked = asked;
    this.#memory = memory;
    this.#row = row;
    this.#noise = new Noise(asked.seed, row);
  }

  /** The edits of the stages at the start. */
  #leading(): Edit[] {
    const edits: Edit[] = [];
    for (let i = 0; i < this.#chain.leading; i++) {
      const edit = this.#chain.stages[i].edit!(this.#context(i, 0));
      if (edit) edits.push(edit);
    }
    return edits;
  }

  /** The first read's reducer of this row. */
  get first(): Reducer<Sample, Findings> {
    return this.#first ??= this.#firstRead();
  }

  #firstRead(): Reducer<Sample, Findings> {
    const { leading } = this.#chain;
    // Made when the first logits come: a state may be made long before its row is known.
    let edits: readonly Edit[] | undefined;
    const make = (): readonly Edit[] => edits ??= leading > 0 ? this.#leading() : [];
    const epoch = {
      get edits() {
        return make();
      },
      from: leading,
      reads: 1,
      reset: false,
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
    const { stages } = this.#chain;
    const places = stages.map((_, place) => place).filter((place) => place >= from && !this.#isIdle(place, vocabulary));
    return {
      rest: places.map((place) => stages[place]),
      places,
      vocabulary,
      context: (i) => this.#context(places[i], vocabulary),
    };
  }

  /** Whether a stage has nothing to do in this row. */
  #isIdle(place: number, vocabulary: number): boolean {
    const { edit, cut } = this.#chain.stages[place];
    return edit !== undefined && cut === undefined && edit(this.#context(place, vocabulary)) === undefined;
  }

  /** What the first, or a later, read of what is left of the chain must find out. */
  #wanted({ from, reads }: Epoch): Wanted {
    const { chain, asked } = { chain: this.#chain, asked: this.#asked };
    const always = reads === 1 && chain.stages.slice(from).every(({ edit, cut }) => !edit || cut);
    if (always) return chain.wanted ??= wantedOf(chain.stages.slice(from), asked, true);
    return wantedOf(this.#walk(from, 0).rest, asked, reads === 1);
  }

  #sweep(epoch: Epoch, edited: boolean): Reducer<Sample, Findings> {
    const wanted = this.#wanted(epoch);
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
      renew: (state, row) => emptyFindings(state, row, wanted),
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
  ): Concluded {
    for (const { checkRow } of this.#chain.stages) checkRow?.(row.vocabulary, this.#row);
    const why = row.nan > 0 ? "nan" : row.posInf > 0 ? "infinity" : row.allMasked ? "masked" : undefined;
    if (why) return { sample: none(epoch.reads, why), next: undefined };
    const kernels = kernelsOfFindings(found);
    const facts = edited ? factsOf(totals(kernels, found.sum), wanted.level === "moments") : plainFacts(row);
    const poison = found.nan > 0 ? "nan" : found.posInf > 0 || facts.maximum === Infinity ? "infinity" : undefined;
    if (poison) return { sample: none(epoch.reads, poison), next: undefined };
    if (facts.maximum === -Infinity) return { sample: none(epoch.reads, "masked"), next: undefined };
    const raw = epoch.raw ?? { facts: row, best: found.raw, plain: !edited };
    const fromRow = this.#drawnTokens(found.proposals, wanted.by, kernels, facts.maximum);
    const attempt = {
      ...epoch,
      edits: edited ? epoch.edits : [],
      raw,
      supply: { fromRow, fromCells: [] },
      round: 0,
    };
    const walk = this.#walk(epoch.from, row.vocabulary);
    return this.#attempt(attempt, firstLadders(found, facts, row.count, wanted), walk, (ladder) => {
      const { best } = found;
      const head = { low: best && best.size > 0 ? best.values[0] : facts.maximum, high: Infinity };
      const plan = this.#plan(attempt, ladder, walk, [head, ...ladder.noted], 1);
      const { rowSpread: spread } = ladder;
      return this.#bands({ ...attempt, spread, supply: settled(attempt.supply), reads: epoch.reads + 1 }, plan);
    });
  }

  #drawnTokens(proposals: Proposals | null, by: number, kernels: Kernels, top: number): Iterable<Token> {
    if (!proposals) return [];
    // Draws ahead divide in the row's dtype: where that rounds more than the ladder does, they are no draws from it.
    if (by !== 1 && kernels.element === "f32" && Math.abs(top) / by > MOST_DIVIDED) return [];
    return new LazyList(proposals.tile.length, (j) => proposed(proposals, j, by, kernels, this.#noise));
  }

  /** What the next read must find out: some tokens one by one, sums of what lies between, and draws from those in the window. */
  #plan(
    { edits }: Epoch,
    ladder: RungLadder,
    { rest, vocabulary }: Walk,
    noted: readonly LogitRange[],
    round: number,
  ): BandPlan {
    const listed = joined(round < ROUNDS - 1 ? noted : [{ low: -Number.MAX_VALUE, high: Infinity }]);
    const bands = bandsBetween(listed);
    const cells = ladder.kept.filter(isCell);
    const drawn = bands.filter(({ low, high }) => cells.some((cell) => cell.deep < high && cell.high > low));
    const { draws } = this.#asked;
    const by = divisorOf(rest) ?? 1;
    const proposals = proposalsFor(rest, draws);
    return {
      top: ladder.origin,
      vocabulary,
      edits,
      listed,
      bands,
      divisors: divisorsOf(rest),
      drawn,
      by,
      proposals,
      round,
    };
  }

  /**
   * Runs the rest of the chain on one ladder after the other, until one can tell; gives the sample, or the reducer of the next read: after
   * edits of what is kept, or, of the last ladder, to find out what it could not tell.
   */
  #attempt(
    epoch: Attempt,
    ladders: Iterable<RungLadder>,
    walk: Walk,
    again: (ladder: RungLadder) => Reducer<Sample>,
  ): Concluded {
    let last: RungLadder | undefined;
    for (const ladder of ladders) {
      const concluded = this.#run(epoch, last = ladder, walk);
      if (concluded) return concluded;
    }
    return { sample: none(epoch.reads, "undecided"), next: again(last!) };
  }

  /** Nothing is left to find out, and a stage asks all the same. */
  #refuse(why: string): never {
    throw new ParameterError(
      `Cannot sample row ${this.#row}: a stage of its chain still asks for ${why} when every logit is known`,
    );
  }

  /** Runs the rest of the chain on a ladder; `undefined` if that cannot tell. */
  #run(epoch: Attempt, ladder: RungLadder, walk: Walk): Concluded | undefined {
    const whole = ladder.mass;
    const { reads } = epoch;
    try {
      runStages(ladder, walk);
      if (ladder.to <= ladder.from) return { sample: none(reads, "masked"), next: undefined };
      if (ladder.error > DOUBT * ladder.mass) throw new Undecided("what is kept is not known well enough");
      if (!(ladder.mass > 0)) return { sample: none(reads, "masked"), next: undefined };
      if (this.#asked.exact || this.#asked.details) requireSure(ladder);
      if (this.#asked.exact) this.conclusion = { ladder, edits: epoch.edits };
      if (this.#asked.draws === 0) return { sample: none(reads, "undecided"), next: undefined };
      const drawn = drawFrom(ladder, this.#asked.draws, this.#noise, epoch.supply);
      this.drawn = drawn;
      return this.#finish(epoch, ladder, drawn, epoch.reset ? NaN : shareOf(ladder, whole));
    } catch (error) {
      if (error instanceof Poisoned) return { sample: none(reads, error.why), next: undefined };
      if (error instanceof Undecided) return epoch.round < ROUNDS - 1 ? undefined : this.#refuse(error.why);
      if (!(error instanceof Restart)) throw error;
      // The window must be known before it can be edited.
      if (!ladder.sure) return undefined;
      const next = this.#sweep({
        edits: [...epoch.edits, ...error.edits],
        from: walk.places[error.done - 1] + 1,
        reads: reads + 1,
        reset: true,
        raw: epoch.raw,
      }, true);
      return { sample: none(reads, "undecided"), next };
    }
  }

  #bands(epoch: Attempt, plan: BandPlan): Reducer<Sample, Bands> {
    const fold = new BandFold(plan, this.#noise);
    const conclude = remembering((state: Readonly<Bands>, row: RowFacts) =>
      this.#concludeBands(epoch, fold, state, row)
    );
    return {
      spec: { name: "samplerBands", params: { read: epoch.reads }, inputs: [] },
      needs: "maximum",
      init: (row) => bandsOf(row, plan),
      step: (state, segment: Segment) => fold.block(state, blockOf(segment, "maximum")),
      stepBlock: (state, block) => fold.block(state, block),
      merge: (into, from) => fold.merge(into, from),
      finish: (state, row) => conclude(state, row).sample,
      second: (state, row) => conclude(state, row).next,
    };
  }

  #concludeBands(epoch: Attempt, fold: BandFold, state: Readonly<Bands>, row: RowFacts): Concluded {
    const { plan } = fold;
    const ladder = fold.ladder(state);
    ladder.rowSpread = epoch.spread;
    const more = this.#drawnTokens(state.proposals, plan.by, fold.kernels(state), plan.top);
    const { fromRow, fromCells } = epoch.supply;
    const supply = { fromRow, fromCells: [...fromCells, { tokens: more, of: plan.drawn }] };
    const attempt = { ...epoch, round: plan.round, supply };
    const walk = this.#walk(epoch.from, row.vocabulary);
    return this.#attempt(attempt, [ladder], walk, () => {
      const next = this.#plan(attempt, ladder, walk, [...plan.listed, ...ladder.noted], plan.round + 1);
      return this.#bands({ ...attempt, supply: settled(attempt.supply), reads: epoch.reads + 1 }, next);
    });
  }

  #finish({ reads, raw, edits }: Attempt, ladder: RungLadder, drawn: readonly Drawn[], keptMass: number): Concluded {
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

/** The same tokens, all drawn: the states that they are drawn from may hold another row by the next read. */
function settled({ fromRow, fromCells }: Supply): Supply {
  return { fromRow: [...fromRow], fromCells: fromCells.map(({ tokens, of }) => ({ tokens: [...tokens], of })) };
}

/** Tokens that are drawn only when they are asked for, and then once. */
class LazyList implements Iterable<Token> {
  readonly #made: (Token | undefined)[] = [];
  readonly #count: number;
  readonly #make: (j: number) => Token | undefined;

  constructor(count: number, make: (j: number) => Token | undefined) {
    this.#count = count;
    this.#make = make;
  }

  *[Symbol.iterator](): Iterator<Token> {
    for (let j = 0; j < this.#count; j++) {
      if (j === this.#made.length) this.#made.push(this.#make(j));
      const token = this.#made[j];
      if (token) yield token;
    }
  }
}

/** `finish` and `second` ask for the same conclusion, one after the other: it is drawn once. */
function remembering<S>(conclude: (state: S, row: RowFacts) => Concluded): (state: S, row: RowFacts) => Concluded {
  let last: { readonly state: S; readonly row: RowFacts; readonly made: Concluded } | undefined;
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
function needsOf(wanted: Wanted, { details, topLogprobs }: Asked, edited: boolean, first: boolean): Level {
  if (details && first) return "moments";
  if (edited) return topLogprobs > 0 && first ? "sum" : "maximum";
  return topLogprobs > 0 && wanted.level === "maximum" ? "sum" : wanted.level;
}

/** Ranges without overlap, best first. Empty ones stay where they are no part of another: they part what lies around them. */
function joined(ranges: readonly LogitRange[]): LogitRange[] {
  const order = [...ranges].sort((a, b) => b.high - a.high || b.low - a.low);
  const apart: LogitRange[] = [];
  for (const range of order) {
    const last = apart[apart.length - 1];
    if (last && range.high > last.low) {
      if (range.low < last.low) apart[apart.length - 1] = { low: range.low, high: last.high };
    } else if (!last || range.low < range.high || range.low < last.low) apart.push(range);
  }
  return apart;
}

function plainFacts({ maximum, logSum, mantissa, mean }: RowFacts): Facts {
  return { maximum, logSum, entropy: Math.max(0, ln(mantissa) - mean * Math.LN2) };
}

function requireSure(ladder: RungLadder): void {
  if (!ladder.sure) throw new Undecided("which tokens are kept");
}

/** No token, or none yet. */
function none(reads: number, why: NonNullable<Sample["why"]>): Sample {
  return { id: undefined, logprob: NaN, reads, why };
}

/** The share of the row that the window holds, in the scale of the read. */
function shareOf(ladder: RungLadder, whole: number): number {
  let mass = 0;
  for (const rung of ladder.kept) {
    if (isCell(rung)) mass += ladder.source ? ladder.source.weigh(rung, 1)![0] * rung.share : rung.m;
    else mass += rung.n * exp(rung.high - ladder.origin);
  }
  return Math.min(1, mass / whole);
}
