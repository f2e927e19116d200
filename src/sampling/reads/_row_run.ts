// One row on its way through a chain: read, run the stages on what was found, and read again where that cannot tell. `#readRow` makes the
// first read of a pass, `#readBands` a later one, `#decide` runs the stages on what a read has found.
import type { Level } from "../../../kernels/mod.ts";
import { ParameterError, type Reducer, type RowFacts, type Segment } from "../../core/mod.ts";
import { entropyOf } from "../../row/mod.ts";
import { sweepSegment } from "../../row/inside.ts";
import { InvalidLogit, ReadAgain } from "../cuts/_interrupts.ts";
import type { LogitRange } from "../cuts/_rung.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import { drawFrom, type Drawn, MOST_MASS_ERROR } from "../draws/_draw.ts";
import { type DrawnAhead, settled, tokensAhead } from "../draws/_drawn_ahead.ts";
import { Noise } from "../draws/_noise.ts";
import type { Sample } from "../sample.ts";
import { type Chain, divisorOf } from "../stages/_chain.ts";
import type { Edit } from "../stages/stage.ts";
import { type BandPlan, planBands, ROUNDS } from "./_band_plan.ts";
import { BandFold, type Bands, newBands } from "./_bands.ts";
import { detailed, keptShare, likeliest, type Raw, type ReadResult } from "./_details.ts";
import { canonicalFindings, findBlock, type Findings, kernelsOf, mergeFindings, newFindings } from "./_findings.ts";
import { findingsFault } from "./_findings_fault.ts";
import { firstLadders } from "./_first_ladders.ts";
import type { Memory, Observed } from "./_memory.ts";
import { planRead, type ReadPlan, type RunSettings } from "./_read_plan.ts";
import { RemainingStages } from "./_remaining_stages.ts";
import { RowChain } from "./_row_chain.ts";
import { type RowSums, rowSums } from "./_sums.ts";

/** What the chain made of a row, once that is known. */
export interface KeptTokens {
  readonly ladder: RungLadder;
  /** The edits that were applied as the row was read, last read. */
  readonly edits: readonly Edit[];
}

/** One pass of the chain over a row: from the start, or on from where the row had to be edited before the next stage could run. */
interface Pass {
  /**
   * The edits that are applied as the row is read; `undefined` for those of the stages at the start, which are made when the first logits
   * come: a state may be made long before its row is known.
   */
  readonly edits: readonly Edit[] | undefined;
  /** The place in the chain from which on it runs. */
  readonly from: number;
  /** Which read of the row this is, from 1: of a pass under way the last that was made. */
  readonly reads: number;
  /** How many times the row was edited behind a cut. Above 0 what is kept has no share of the unedited row that is known. */
  readonly edited: number;
  /** What the first read of all has found of the row as it came; `undefined` before it. */
  readonly raw: Raw | undefined;
  /** How many candidates the stages before have left; the vocabulary when absent. */
  readonly candidates?: number;
}

/** A pass of which the row has been read, with the tokens drawn so far. */
interface PassUnderWay extends Pass {
  readonly edits: readonly Edit[];
  readonly raw: Raw;
  readonly ahead: DrawnAhead;
  /** How many reads there have been since its first. */
  readonly round: number;
  /** What its first read found of the row's logits. */
  readonly spread?: RungLadder["rowSpread"];
}

/** One row on its way through a sampler: which reads it takes, and what they give. */
export class RowRun {
  readonly #chain: RowChain;
  readonly #settings: RunSettings;
  readonly #noise: Noise;
  #first: Reducer<Sample, Findings> | undefined;
  /** The kept tokens, where the settings ask for all of them. */
  kept: KeptTokens | undefined;
  drawn: readonly Drawn[] = [];
  /** What stages have observed of it, by their place. */
  observed: Map<number, Observed> = new Map();

  constructor(chain: Chain, settings: RunSettings, memory: Memory, row: number) {
    this.#settings = settings;
    this.#noise = new Noise(settings.seed, row);
    this.#chain = new RowChain(chain, memory, row, this.#noise);
  }

  /** The first read's reducer of this row. */
  get first(): Reducer<Sample, Findings> {
    const { leading } = this.#chain.chain;
    return this.#first ??= this.#readRow({ edits: undefined, from: leading, reads: 1, edited: 0, raw: undefined });
  }

  /** The reducer of the first read of a pass. */
  #readRow(pass: Pass): Reducer<Sample, Findings> {
    const { stages, leading } = this.#chain.chain;
    const edited = pass.edits !== undefined || leading > 0;
    const plan = planRead(stages.slice(pass.from), this.#settings, pass.reads === 1, edited);
    const stepBlock: StepBlock<Findings> = (state, block) =>
      findBlock(state, block, plan, pass.edits ?? this.#chain.leadingEdits, this.#noise);
    const conclude: Conclude<Findings> = (state, row) => this.#conclude(pass, plan, state, row);
    return {
      ...readOf("samplerRead", pass.reads, plan.needs, stepBlock, conclude),
      init: (row) => newFindings(row, plan),
      renew: (state, row) => void Object.assign(state, newFindings(row, plan, state)),
      merge: mergeFindings,
      canonical: canonicalFindings,
      validate: (state, folded) => findingsFault(state, plan, folded),
    };
  }

  /** What the first read of a pass tells. */
  #conclude(pass: Pass, plan: ReadPlan, found: Readonly<Findings>, row: RowFacts): ReadResult {
    this.#chain.check(row.vocabulary);
    const why = row.nan > 0 ? "nan" : row.posInf > 0 ? "infinity" : row.allMasked ? "masked" : undefined;
    if (why) return noToken(pass.reads, why);
    const kernels = kernelsOf(found);
    const sums = plan.edited ? rowSums(kernels, found.sum, plan.level === "moments") : uneditedSums(row);
    if (found.nan > 0) return noToken(pass.reads, "nan");
    if (found.posInf > 0 || sums.maximum === Infinity) return noToken(pass.reads, "infinity");
    if (sums.maximum === -Infinity) return noToken(pass.reads, "masked");
    const stages = this.#remaining(pass, row);
    // What was drawn ahead is of no use when there is more to be done to the logits than to divide them.
    const drawn = divisorOf(stages.stages, true) === undefined ? null : found.proposals;
    const fromRow = tokensAhead(drawn, plan.by, kernels, this.#noise, sums.maximum);
    const edits = pass.edits ?? this.#chain.leadingEdits;
    const raw = pass.raw ?? { facts: row, best: found.raw, plain: !plan.edited };
    const underWay = { ...pass, edits, raw, ahead: { fromRow, fromCells: [] }, round: 0 };
    const { best } = found;
    const listed = { low: best && best.size > 0 ? best.values[0] : sums.maximum, high: Infinity };
    return this.#decide(underWay, firstLadders(found, sums, row.count, plan), stages, [listed]);
  }

  #remaining({ from, edited, candidates }: Pass, { vocabulary }: RowFacts): RemainingStages {
    return new RemainingStages(this.#chain, from, vocabulary, edited, candidates);
  }

  /**
   * Runs the rest of the chain on one ladder after the other, until one can tell; gives the sample, or the reducer of the next read: after
   * edits of what is kept, or, of the last ladder, to find out what it could not tell. `listed`: where this read knows the tokens one by
   * one.
   */
  #decide(
    pass: PassUnderWay,
    ladders: Iterable<RungLadder>,
    stages: RemainingStages,
    listed: readonly LogitRange[],
  ): ReadResult {
    let last: RungLadder | undefined;
    for (const ladder of ladders) {
      const concluded = this.#runOn(pass, last = ladder, stages);
      if (concluded) return concluded;
    }
    const { origin: top, noted, rowSpread } = last!, { vocabulary } = stages;
    const row = { top, vocabulary, edits: pass.edits, round: pass.round + 1 };
    const plan = planBands(row, last!, stages.stages, this.#settings.draws, [...listed, ...noted]);
    const spread = pass.round === 0 ? rowSpread : pass.spread;
    return undecided(pass.reads, this.#readBands({ ...pass, spread, ahead: settled(pass.ahead) }, plan));
  }

  /** Runs the rest of the chain on a ladder; `undefined` if that cannot tell. */
  #runOn(pass: PassUnderWay, ladder: RungLadder, stages: RemainingStages): ReadResult | undefined {
    const { reads, edits, edited, raw } = pass, { exact, details, draws } = this.#settings;
    const whole = ladder.mass;
    try {
      const next = stages.run(ladder);
      if (next) {
        // The window must be known before it can be edited.
        if (!ladder.sure) return undefined;
        const editedRead = { ...next, edits: [...edits, ...next.edits], reads: reads + 1, edited: edited + 1, raw };
        return undecided(reads, this.#readRow(editedRead));
      }
      if (ladder.to <= ladder.from) return noToken(reads, "masked");
      if (!(ladder.error <= MOST_MASS_ERROR * ladder.mass)) {
        throw new ReadAgain("what is kept is not known well enough");
      }
      if (!(ladder.mass > 0)) throw new ReadAgain("masses that are next to nothing");
      if ((exact || details) && !ladder.sure) throw new ReadAgain("which tokens are kept");
      if (exact) this.kept = { ladder, edits };
      if (draws === 0) return noToken(reads, "undecided");
      this.drawn = drawFrom(ladder, draws, this.#noise, pass.ahead);
      this.observed = this.#chain.observed(edited);
      return this.#finish(pass, ladder, whole);
    } catch (error) {
      if (error instanceof InvalidLogit) return noToken(reads, error.why);
      if (!(error instanceof ReadAgain)) throw error;
      if (pass.round < ROUNDS - 1) return undefined;
      // Nothing is left to find out, and a stage asks all the same.
      throw new ParameterError(
        `Cannot sample row ${this.#chain.row}: a stage of its chain still asks for ${error.unknown} when every logit is known`,
      );
    }
  }

  /** The reducer of a later read of a pass. */
  #readBands(pass: PassUnderWay, plan: BandPlan): Reducer<Sample, Bands> {
    const fold = new BandFold(plan, this.#noise), reads = pass.reads + 1, { round } = plan;
    const stepBlock: StepBlock<Bands> = (state, block) => fold.block(state, block);
    return {
      ...readOf("samplerBands", reads, "maximum", stepBlock, (state: Readonly<Bands>, row) => {
        const tokens = tokensAhead(state.proposals, plan.by, kernelsOf(state), this.#noise, plan.top);
        const { fromRow, fromCells } = pass.ahead;
        const ahead = { fromRow, fromCells: [...fromCells, { tokens, ranges: plan.drawn }] };
        const ladder = fold.ladder(state);
        ladder.rowSpread = pass.spread;
        return this.#decide({ ...pass, reads, round, ahead }, [ladder], this.#remaining(pass, row), plan.listed);
      }),
      init: () => newBands(plan),
      merge: (into, from) => fold.merge(into, from),
    };
  }

  /** The sample, with what else was asked for. `whole`: the mass before the chain. */
  #finish({ edited, reads, raw, edits }: PassUnderWay, ladder: RungLadder, whole: number): ReadResult {
    const { draws, details, topLogprobs } = this.#settings;
    const [{ id, logprob, logit }] = this.drawn;
    const sample: Sample = {
      id,
      logprob,
      reads,
      ...(draws > 1 ? { draws: this.drawn.map(({ id, logprob }) => ({ id, logprob })) } : {}),
      ...(topLogprobs > 0 ? { top: likeliest(raw, topLogprobs) } : {}),
    };
    if (!details) return { sample, next: undefined };
    const known = {
      kept: ladder.count,
      keptMass: edited > 0 ? NaN : keptShare(ladder, whole),
      entropy: entropyOf(raw.facts),
      keptEntropy: ladder.entropy,
    };
    return detailed(sample, known, raw, raw.plain && edits.length === 0 ? logit : NaN);
  }
}

type StepBlock<S> = NonNullable<Reducer<Sample, S>["stepBlock"]>;
type Conclude<S> = (state: Readonly<S>, row: RowFacts) => ReadResult;

/** What the reducers of all reads have in common. */
function readOf<S>(
  name: string,
  read: number,
  needs: Level,
  stepBlock: StepBlock<S>,
  conclude: Conclude<S>,
): Pick<Reducer<Sample, S>, "spec" | "step" | "stepBlock" | "finish" | "second"> & { readonly needs: Level } {
  // `finish` and `second` ask for the same result, one after the other: it is worked out once.
  let last: { readonly state: S; readonly row: RowFacts; readonly concluded: ReadResult } | undefined;
  const concluded = (state: S, row: RowFacts): ReadResult => {
    if (last?.state !== state || last.row !== row) last = { state, row, concluded: conclude(state, row) };
    return last.concluded;
  };
  return {
    spec: { name, params: { read }, inputs: [] },
    needs,
    step: (state, segment: Segment) => sweepSegment(segment, needs, (block) => stepBlock(state, block)),
    stepBlock,
    finish: (state, row) => concluded(state, row).sample,
    second: (state, row) => concluded(state, row).next,
  };
}

/** The sums of a row that is not edited: the engine's. */
function uneditedSums(row: RowFacts): RowSums {
  const { maximum, logSum } = row;
  return { maximum, logSum, entropy: entropyOf(row) };
}

/** No token, or none yet. */
function noToken(reads: number, why: NonNullable<Sample["why"]>): ReadResult {
  return { sample: { id: undefined, logprob: NaN, reads, why }, next: undefined };
}

/** No token before the next read. */
function undecided(reads: number, next: Reducer<Sample>): ReadResult {
  return { ...noToken(reads, "undecided"), next };
}
