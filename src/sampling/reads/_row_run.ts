import type { Level } from "../../../kernels/mod.ts";
import { ParameterError, type Reducer, type RowFacts, type Segment } from "../../core/mod.ts";
import { entropyOf } from "../../row/mod.ts";
import { sweepSegment } from "../../row/inside.ts";
import { type BandPlan, planOf, ROUNDS } from "./_band_plan.ts";
import { BandFold, type Bands, bandsOf } from "./_bands.ts";
import { type Chain, divisorOf } from "../stages/_chain.ts";
import { wantedFor } from "./_wanted.ts";
import { type Concluded, detailed, type Raw, shareOf, topOf } from "./_details.ts";
import { DOUBT, drawFrom, type Drawn } from "../draws/_draw.ts";
import { firstLadders, runStages } from "./_evaluate.ts";
import {
  canonicalFindings,
  emptyFindings,
  findBlock,
  type Findings,
  findingsOf,
  kernelsOfState,
  mergeFindings,
  type Wanted,
} from "./_findings.ts";
import type { Memory, Observed } from "./_memory.ts";
import { findingsFault } from "./_findings_fault.ts";
import { Noise } from "../draws/_noise.ts";
import { Poisoned } from "../cuts/_poisoned.ts";
import { Restart } from "../cuts/_restart.ts";
import { RowChain, type Walk } from "./_row_chain.ts";
import type { LogitRange } from "../cuts/_rung.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import { type Facts, factsOf } from "./_sums.ts";
import { settled, type Supply, tokensOf } from "../draws/_supply.ts";
import { Undecided } from "../cuts/_undecided.ts";
import type { Sample } from "../sample.ts";
import type { Edit, Stage } from "../stages/stage.ts";

/** What a run is asked for. */
export interface Asked {
  readonly seed: number;
  readonly draws: number;
  readonly details: boolean;
  readonly topLogprobs: number;
  /** Whether every kept token must be known, not only the drawn one. */
  readonly exact: boolean;
}

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
  /** How many times the row was edited behind a cut: 0 where the mass before the first cut is known of what is kept. */
  readonly number: number;
  readonly raw: Raw | undefined;
  /** How many candidates the stages before have left; the vocabulary when absent. */
  readonly candidates?: number;
}

/**
 * The first pass: its edits are made when the first logits come, for a state may be made long before its row is known. A class, because
 * the engine makes a hidden class for every object literal with a getter, and keeps what that holds until it next marks all memory.
 */
class FirstEpoch implements Epoch {
  readonly reads = 1;
  readonly number = 0;
  readonly raw = undefined;
  readonly from: number;
  readonly #chain: RowChain;
  #edits: readonly Edit[] | undefined;

  constructor(chain: RowChain) {
    this.from = chain.chain.leading;
    this.#chain = chain;
  }

  get edits(): readonly Edit[] {
    return this.#edits ??= this.#chain.leading();
  }
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
  readonly #chain: RowChain;
  readonly #asked: Asked;
  readonly #noise: Noise;
  #first: Reducer<Sample, Findings> | undefined;
  conclusion: Conclusion | undefined;
  drawn: readonly Drawn[] = [];
  /** What stages have observed of it, by their place. */
  observed: Map<number, Observed> = new Map();

  constructor(chain: Chain, asked: Asked, memory: Memory, row: number) {
    this.#asked = asked;
    this.#noise = new Noise(asked.seed, row);
    this.#chain = new RowChain(chain, memory, row, this.#noise);
  }

  /** The first read's reducer of this row. */
  get first(): Reducer<Sample, Findings> {
    return this.#first ??= this.#firstRead();
  }

  #firstRead(): Reducer<Sample, Findings> {
    return this.#sweep(new FirstEpoch(this.#chain), this.#chain.chain.leading > 0);
  }

  #sweep(epoch: Epoch, edited: boolean): Reducer<Sample, Findings> {
    const first = epoch.reads === 1;
    const wanted = wantedOf(this.#chain.chain.stages.slice(epoch.from), this.#asked, first);
    const needs = needsOf(wanted, this.#asked, edited, first);
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
      step: (state, segment: Segment) => sweepSegment(segment, needs, (block) => stepBlock(state, block)),
      stepBlock,
      merge: mergeFindings,
      canonical: canonicalFindings,
      validate: (state, folded) => findingsFault(state, wanted, edited, folded),
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
    this.#chain.check(row.vocabulary);
    const why = row.nan > 0 ? "nan" : row.posInf > 0 ? "infinity" : row.allMasked ? "masked" : undefined;
    if (why) return { sample: none(epoch.reads, why), next: undefined };
    const kernels = kernelsOfState(found);
    const facts = edited ? factsOf(kernels, found.sum, wanted.level === "moments") : plainFacts(row);
    const poison = found.nan > 0 ? "nan" : found.posInf > 0 || facts.maximum === Infinity ? "infinity" : undefined;
    if (poison) return { sample: none(epoch.reads, poison), next: undefined };
    if (facts.maximum === -Infinity) return { sample: none(epoch.reads, "masked"), next: undefined };
    const raw = epoch.raw ?? { facts: row, best: found.raw, plain: !edited };
    const walk = this.#chain.walk(epoch.from, row.vocabulary, epoch.number, epoch.candidates);
    // What was drawn ahead is of no use when there is more to be done to the logits than to divide them.
    const drawn = divisorOf(walk.rest, true) === undefined ? null : found.proposals;
    const fromRow = tokensOf(drawn, wanted.by, kernels, this.#noise, facts.maximum);
    const attempt = {
      ...epoch,
      edits: edited ? epoch.edits : [],
      raw,
      supply: { fromRow, fromCells: [] },
      round: 0,
    };
    return this.#attempt(attempt, firstLadders(kernels, found, facts, row.count, wanted), walk, (ladder) => {
      const { best } = found;
      const head = { low: best && best.size > 0 ? best.values[0] : facts.maximum, high: Infinity };
      const plan = this.#plan(attempt, ladder, walk, [head, ...ladder.noted]);
      const { rowSpread: spread } = ladder;
      return this.#bands({ ...attempt, spread, supply: settled(attempt.supply), reads: epoch.reads + 1 }, plan);
    });
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

  #plan({ edits, round }: Attempt, ladder: RungLadder, walk: Walk, noted: readonly LogitRange[]): BandPlan {
    const { rest, vocabulary } = walk, { draws } = this.#asked;
    return planOf({ top: ladder.origin, vocabulary, edits, rest, draws, noted, round: round + 1 }, ladder);
  }

  /** Nothing is left to find out, and a stage asks all the same. */
  #refuse(why: string): never {
    throw new ParameterError(
      `Cannot sample row ${this.#chain.row}: a stage of its chain still asks for ${why} when every logit is known`,
    );
  }

  /** Runs the rest of the chain on a ladder; `undefined` if that cannot tell. */
  #run(epoch: Attempt, ladder: RungLadder, walk: Walk): Concluded | undefined {
    const whole = ladder.mass;
    const { reads } = epoch;
    try {
      runStages(ladder, walk);
      if (ladder.to <= ladder.from) return { sample: none(reads, "masked"), next: undefined };
      if (!(ladder.error <= DOUBT * ladder.mass)) throw new Undecided("what is kept is not known well enough");
      if (!(ladder.mass > 0)) throw new Undecided("masses that are next to nothing");
      if (this.#asked.exact || this.#asked.details) requireSure(ladder);
      if (this.#asked.exact) this.conclusion = { ladder, edits: epoch.edits };
      if (this.#asked.draws === 0) return { sample: none(reads, "undecided"), next: undefined };
      const drawn = drawFrom(ladder, this.#asked.draws, this.#noise, epoch.supply);
      this.drawn = drawn;
      this.observed = this.#chain.observed(epoch.number);
      return this.#finish(epoch, ladder, drawn, whole);
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
        number: epoch.number + 1,
        raw: epoch.raw,
        candidates: error.candidates,
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
      init: () => bandsOf(plan),
      step: (state, segment: Segment) => sweepSegment(segment, "maximum", (block) => fold.block(state, block)),
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
    const kernels = kernelsOfState(state);
    const more = tokensOf(state.proposals, plan.by, kernels, this.#noise, plan.top);
    const { fromRow, fromCells } = epoch.supply;
    const supply = { fromRow, fromCells: [...fromCells, { tokens: more, of: plan.drawn }] };
    const attempt = { ...epoch, round: plan.round, supply };
    const walk = this.#chain.walk(epoch.from, row.vocabulary, epoch.number, epoch.candidates);
    return this.#attempt(attempt, [ladder], walk, () => {
      const next = this.#plan(attempt, ladder, walk, [...plan.listed, ...ladder.noted]);
      return this.#bands({ ...attempt, supply: settled(attempt.supply), reads: epoch.reads + 1 }, next);
    });
  }

  /** `whole`: the mass before the chain. */
  #finish(
    { number, reads, raw, edits }: Attempt,
    ladder: RungLadder,
    drawn: readonly Drawn[],
    whole: number,
  ): Concluded {
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
      keptMass: number > 0 ? NaN : shareOf(ladder, whole),
      entropy: plainFacts(raw.facts).entropy,
      keptEntropy: ladder.entropy,
    };
    return detailed(sample, known, raw, raw.plain && edits.length === 0 ? first.high : NaN);
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

function plainFacts(row: RowFacts): Facts {
  const { maximum, logSum } = row;
  return { maximum, logSum, entropy: entropyOf(row) };
}

function requireSure(ladder: RungLadder): void {
  if (!ladder.sure) throw new Undecided("which tokens are kept");
}

/** No token, or none yet. */
function none(reads: number, why: NonNullable<Sample["why"]>): Sample {
  return { id: undefined, logprob: NaN, reads, why };
}
