// One row on its way through a chain. Where it is kept whole, all is told from there, in one read. Else the stages run on what the reads so
// far have found, and whatever they ask for beyond that is another read.
import type { Kernels, Level } from "../../../kernels/mod.ts";
import type { Reducer, RowFacts, Segment } from "../../core/mod.ts";
import { entropyOf, ranked } from "../../row/mod.ts";
import { sweepSegment, type Values } from "../../row/inside.ts";
import { InvalidLogit, ReadAgain, Unsure } from "../cuts/_interrupts.ts";
import { EVERY, type LogitRange } from "../cuts/_logit_range.ts";
import { equalRungs } from "../cuts/_rung.ts";
import { RungLadder } from "../cuts/_rung_ladder.ts";
import { drawFrom, type Drawn, type Draws } from "../draws/_draw.ts";
import { LazyTokens } from "../draws/_lazy_tokens.ts";
import { Noise } from "../draws/_noise.ts";
import { type Proposals, proposed, type Token } from "../draws/_proposals.ts";
import type { Sample } from "../sample.ts";
import { type Chain, divisorOf } from "../stages/_chain.ts";
import type { Edit } from "../stages/stage.ts";
import { AskedRead, AskedRow } from "./_asked_row.ts";
import { detailed, keptShare, likeliest, type Raw, type ReadResult } from "./_details.ts";
import {
  canonicalFindings,
  findBlock,
  type Findings,
  joined,
  kernelsOf,
  mergeFindings,
  newFindings,
} from "./_findings.ts";
import { findingsFault } from "./_findings_fault.ts";
import type { Memory, Observed } from "./_memory.ts";
import { RacePass } from "./_passes.ts";
import { planRead, proposalsFor, type ReadPlan, type RunSettings } from "./_read_plan.ts";
import { type EditedRead, RemainingStages } from "./_remaining_stages.ts";
import { RowChain } from "./_row_chain.ts";
import type { RowSource, Wanted } from "./_row_source.ts";
import { keepRow, type KeptRow } from "./_kept_row.ts";
import { rowSums } from "./_sums.ts";

/** What the chain made of a row, once that is known. */
export interface KeptTokens {
  readonly ladder: RungLadder;
  /** The edits that were applied to the row. */
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
  /** Which read of the row this is, from 1. */
  readonly reads: number;
  /** How many times the row was edited behind a cut. Above 0 what is kept has no share of the unedited row that is known. */
  readonly edited: number;
  /** What the first read of all has found of the row as it came; `undefined` before it. */
  readonly raw: Raw | undefined;
  /** How many candidates the stages before have left; the vocabulary when absent. */
  readonly candidates?: number;
}

/** A pass of which the row has been read. */
interface PassUnderWay extends Pass {
  readonly edits: readonly Edit[];
  readonly raw: Raw;
}

/** A row as a pass has found it. */
interface FoundRow {
  readonly source: RowSource;
  readonly kernels: Kernels;
  /** Tokens drawn as it was read, if any were. */
  readonly proposals: Proposals | null;
  /** The ladder to begin with. */
  ladder(fine: boolean, loose: boolean): RungLadder;
}

/** One row on its way through a sampler: which reads it takes, and what they give. */
export class RowRun {
  readonly #chain: RowChain;
  readonly #settings: RunSettings;
  readonly #noise: Noise;
  #first: Reducer<Sample, Findings> | undefined;
  readonly #plan: ReadPlan;
  /** The kept tokens, where the settings ask for all of them. */
  kept: KeptTokens | undefined;
  drawn: readonly Drawn[] = [];
  /** What stages have observed of it, by their place. */
  observed: Map<number, Observed> = new Map();

  constructor(chain: Chain, settings: RunSettings, memory: Memory, row: number) {
    this.#settings = settings;
    this.#noise = new Noise(settings.seed, row);
    this.#chain = new RowChain(chain, memory, row, this.#noise);
    this.#plan = planRead(chain.stages.slice(chain.leading), settings, true, chain.leading > 0);
  }

  get #begun(): Pass {
    return { edits: undefined, from: this.#chain.chain.leading, reads: 1, edited: 0, raw: undefined };
  }

  /** The first read's reducer of this row. */
  get first(): Reducer<Sample, Findings> {
    return this.#first ??= this.#readRow(this.#begun, this.#plan);
  }

  /** A row in memory, told without a reducer; `undefined` where that cannot be. */
  ofRow(kernels: Kernels, values: Values): Sample | undefined {
    const { details, topLogprobs } = this.#settings, { row } = this.#chain;
    if (!this.#plan.keeps || details || topLogprobs > 0 || values.length > kernels.arena.storeLength) return undefined;
    this.#chain.check(values.length);
    return keepRow(
      kernels,
      row,
      [values],
      this.#chain.leadingEdits,
      (kept) => this.#concludeKept(this.#begun, kept, undefined),
    ).sample;
  }

  /** The reducer of the first read of a pass. */
  #readRow(pass: Pass, plan: ReadPlan): Reducer<Sample, Findings> {
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
    const why = whyNone(row);
    if (why) return noToken(pass.reads, why);
    const raw = pass.raw ?? { facts: row, best: found.raw, plain: !plan.edited };
    const kernels = kernelsOf(found), edits = pass.edits ?? this.#chain.leadingEdits;
    if (found.kept && row.count === row.vocabulary) {
      const logits = joined(found.kept).map(({ logits }) => logits);
      return keepRow(kernels, row.index, logits, [], (kept) => this.#concludeKept({ ...pass, edits }, kept, raw));
    }
    const sums = plan.edited ? rowSums(kernels, found.sum) : row;
    const whyEdited = whyNone({ ...sums, nan: found.nan, posInf: found.posInf, allMasked: sums.maximum === -Infinity });
    if (whyEdited) return noToken(pass.reads, whyEdited);
    const { vocabulary } = row, { base: { hi, lo } } = kernels;
    const asked = new AskedRow({ vocabulary, origin: sums.maximum, total: sums, perLogit: hi + lo });
    const underWay = { ...pass, edits, raw };
    return this.#runAsked(underWay, asked, {
      source: asked,
      kernels,
      proposals: found.proposals,
      ladder: (...how) => ladderOf(asked, kernels, how, found, plan),
    });
  }

  /** What a row tells that is kept: the chain edits it there. */
  #concludeKept(begun: Pass, kept: KeptRow, raw: Raw | undefined): ReadResult {
    const { kernels } = kept;
    let pass: Pass = begun;
    for (;;) {
      const facts = kept.facts(), why = whyNone(facts), edits = pass.edits ?? this.#chain.leadingEdits;
      if (why) return noToken(pass.reads, why);
      const known = { ...pass, edits, raw: raw ?? { facts, best: null, plain: edits.length === 0 } };
      const told = this.#runOn(known, {
        source: kept,
        kernels,
        proposals: null,
        ladder: (...how) => ladderOf(kept, kernels, how),
      });
      if (!("edits" in told)) return told;
      kept.edit(told.edits);
      const { from, candidates } = told;
      pass = { ...known, from, candidates, edits: [...edits, ...told.edits], edited: pass.edited + 1 };
    }
  }

  /** What a row tells that is read again for what it cannot tell yet. */
  #runAsked(pass: PassUnderWay, asked: AskedRow, row: FoundRow): ReadResult {
    try {
      const told = this.#runOn(pass, row);
      if (!("edits" in told)) return told;
      const { from, candidates } = told, edits = [...pass.edits, ...told.edits];
      const edited = { from, candidates, edits, reads: pass.reads + 1, edited: pass.edited + 1, raw: pass.raw };
      const { stages } = this.#chain.chain;
      return undecided(pass.reads, this.#readRow(edited, planRead(stages.slice(from), this.#settings, false, true)));
    } catch (error) {
      if (!(error instanceof ReadAgain)) throw error;
      return undecided(pass.reads, this.#readAgain(pass, asked, row, error.wanted));
    }
  }

  /** The reducer of a later read: what was asked for. */
  #readAgain(
    pass: PassUnderWay,
    asked: AskedRow,
    row: FoundRow,
    wanted: readonly Wanted[],
  ): Reducer<Sample, AskedRead> {
    const reads = pass.reads + 1;
    return {
      ...readOf("samplerAsked", reads, "maximum", (state: AskedRead, block) => state.block(block), (state) => {
        state.tell(asked.found);
        return this.#runAsked({ ...pass, reads }, asked, row);
      }),
      init: () => new AskedRead(wanted, pass.edits, asked.origin),
      merge: (into, from) => into.merge(from as AskedRead),
    };
  }

  /** Runs the rest of the chain on a row; gives the sample, or the edits that must come before the chain can go on. */
  #runOn(pass: PassUnderWay, row: FoundRow): ReadResult | EditedRead {
    const stages = new RemainingStages(this.#chain, pass.from, row.source.vocabulary, pass.edited, pass.candidates);
    const fine = stages.stages.some(({ exact }) => exact);
    try {
      return this.#runStages(pass, row, stages, row.ladder(fine, this.#isLoose));
    } catch (error) {
      if (!(error instanceof Unsure)) throw error;
      return this.#runStages(pass, row, stages, row.ladder(true, false));
    }
  }

  /** Whether it is enough to know of a token that is drawn if it is kept. */
  get #isLoose(): boolean {
    const { exact, draws, details } = this.#settings;
    return !exact && !details && draws === 1;
  }

  #runStages(pass: PassUnderWay, row: FoundRow, stages: RemainingStages, ladder: RungLadder): ReadResult | EditedRead {
    const { reads, edits, edited } = pass, { exact, draws } = this.#settings;
    try {
      const next = stages.run(ladder);
      if (next) return next;
      if (!ladder.whole || exact) ladder.listFew();
      if (ladder.rungs.length === 0 || !(ladder.mass > 0)) return noToken(reads, "masked");
      if (exact) {
        // Both are asked for when the row is gone.
        if (!ladder.listed) void ladder.count;
        this.kept = { ladder, edits };
      }
      if (draws === 0) return noToken(reads, "undecided");
      this.drawn = drawFrom(ladder, draws, this.#noise, this.#drawsOf(ladder, row, stages));
      this.observed = this.#chain.observed(edited);
      return this.#finish(pass, ladder);
    } catch (error) {
      if (error instanceof InvalidLogit) return noToken(reads, error.why);
      throw error;
    }
  }

  /** The tokens that can be drawn from a row, each when it is asked for. */
  #drawsOf(
    { divisor, origin, wide }: RungLadder,
    { source, kernels, proposals }: FoundRow,
    rest: RemainingStages,
  ): Draws {
    const count = proposalsFor(rest.stages, this.#settings.draws), noise = this.#noise;
    /** Draw j of a round, made with those beside it that need the same random numbers. */
    const draw = (range: LogitRange, round: number, j: number, all: number): Token | undefined => {
      const first = source.ways > 1 || j === 0 ? 0 : Math.max(1, j & -4);
      const many = source.ways > 1 ? all : j === 0 ? 1 : Math.min(all, (j & -4) + 4) - first;
      const key = `race ${round} ${first} ${many} ${range.low} ${range.high} by ${divisor}`;
      const make = () => new RacePass({ range, round, first, count: many }, noise);
      return tokenOf(source.run([{ key, divisor, make }])[0] as Proposals, j - first);
    };
    const tokenOf = (proposals: Proposals, place: number): Token | undefined =>
      proposed(proposals, place, { divisor, origin }, kernels, noise);
    // In the row's dtype a quotient of such a size is rounded more than the ladder rounds.
    const isRounded = divisor !== 1 && !wide && Math.abs(origin) / divisor > MOST_DIVIDED;
    // What was drawn is of no use when there was more to be done to the logits than to divide them.
    const ahead = isRounded || divisorOf(rest.stages, wide) === undefined ? 0 : count;
    const fromRow = new LazyTokens(
      ahead,
      (j) => proposals && divisor === 1 ? tokenOf(proposals, j) : draw(EVERY, 0, j, ahead),
    );
    const again = Math.max(1, count);
    return { fromRow, from: (range) => new LazyTokens(again, (j) => draw(range, 1, j, again)) };
  }

  /** The sample, with what else was asked for. */
  #finish({ edited, reads, raw, edits }: PassUnderWay, ladder: RungLadder): ReadResult {
    const { draws, details, topLogprobs } = this.#settings;
    const [first] = this.drawn;
    if (!first) return noToken(reads, "masked");
    const { id, logprob, logit } = first;
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
      keptMass: edited > 0 ? NaN : keptShare(ladder),
      entropy: entropyOf(raw.facts),
      keptEntropy: ladder.entropy,
    };
    return detailed(sample, known, raw, raw.plain && edits.length === 0 ? logit : NaN);
  }
}

/** A quotient of this size is rounded to 1/1024 in float32. */
const MOST_DIVIDED = 2 ** 14;

/** The ladder of a row: all of it, or the best tokens where no other can be kept, and those that equal the last of them. */
function ladderOf(
  source: RowSource,
  { element }: Kernels,
  how: readonly [fine: boolean, loose: boolean],
  found?: Readonly<Findings>,
  plan?: ReadPlan,
): RungLadder {
  const ladder = new RungLadder(source, element === "f64", ...how), best = found?.best;
  if (!best) return ladder;
  const order = ranked(best), least = plan!.closed || best.size < best.k ? -Infinity : best.values[0];
  const values = order.map((at) => best.values[at]), ids = Uint32Array.from(order, (at) => best.ids[at]);
  ladder.begin(equalRungs(values, ids, (x) => x), least);
  return ladder;
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

/** Why a row has no token, if it has none. */
function whyNone(
  { nan, posInf, allMasked }: Pick<RowFacts, "nan" | "posInf" | "allMasked">,
): "nan" | "infinity" | "masked" | undefined {
  return nan > 0 ? "nan" : posInf > 0 ? "infinity" : allMasked ? "masked" : undefined;
}

/** No token, or none yet. */
function noToken(reads: number, why: NonNullable<Sample["why"]>): ReadResult {
  return { sample: { id: undefined, logprob: NaN, reads, why }, next: undefined };
}

/** No token before the next read. */
function undecided(reads: number, next: Reducer<Sample>): ReadResult {
  return { ...noToken(reads, "undecided"), next };
}
