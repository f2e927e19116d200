import {
  optionsOf,
  ParameterError,
  type Reducer,
  type RowFacts,
  type Segment,
  type Spec,
  specText,
} from "../core/mod.ts";
import type { Block } from "../core/mod.ts";
import { checkRow, type Values } from "../row/inside.ts";
import { reduceRow } from "../row/mod.ts";
import { ROUNDS } from "./reads/_band_plan.ts";
import { type Chain, chainOf, specsOf } from "./stages/_chain.ts";
import { distributionOf } from "./reads/_distribution.ts";
import { type Findings, leaveArena } from "./reads/_findings.ts";
import { Memory } from "./reads/_memory.ts";
import { checkCount, refuse } from "./stages/_refuse.ts";
import type { RunSettings } from "./reads/_read_plan.ts";
import { RowRun } from "./reads/_row_run.ts";
import type { Distribution } from "./distribution.ts";
import type { Sample } from "./sample.ts";
import type { SamplerOptions, StepOptions } from "./sampler_options.ts";

type FirstRead = Reducer<Sample, Findings>;

/** A chain with its memory: every row runs through it in a {@linkcode RowRun} of its own. */
export class ChainSampler {
  readonly seed: number;
  readonly needs?: NonNullable<FirstRead["needs"]>;
  readonly mostReads: number;
  readonly secondRead = "a cut, or a token drawn, that the first read leaves in doubt";
  readonly #options: SamplerOptions & { readonly seed: number };
  readonly #chain: Chain;
  readonly #settings: RunSettings;
  readonly #memory: Memory;
  /** The run of each state of a stream. */
  readonly #runs = new WeakMap<object, RowRun>();
  // A decode loop draws row after row: one state, and its memory, serves them all.
  readonly #drawn: Door;
  readonly #listed: Door;

  constructor(options: SamplerOptions & { readonly seed: number }) {
    const { chain = [], draws = 1, details = false, topLogprobs = 0, prompt = [], seed } = options;
    checkCount("sampler", "seed", seed, 0);
    checkCount("sampler", "draws", draws, 1);
    checkCount("sampler", "topLogprobs", topLogprobs, 0);
    if (typeof details !== "boolean") refuse("sampler", "details", details, "true or false");
    this.seed = seed;
    this.#options = options;
    this.#chain = chainOf(chain);
    this.#settings = { seed, draws, details, topLogprobs, exact: false };
    this.#memory = new Memory(this.#chain, prompt);
    this.#drawn = new Door(this.#chain, this.#settings, this.#memory);
    this.#listed = new Door(
      this.#chain,
      { ...this.#settings, draws: 0, details: false, topLogprobs: 0, exact: true },
      this.#memory,
    );
    // A decode loop may take its functions out of the sampler: `const { draw, accept } = sampler()`.
    this.draw = this.draw.bind(this);
    this.distribution = this.distribution.bind(this);
    this.accept = this.accept.bind(this);
    this.reset = this.reset.bind(this);
    this.clone = this.clone.bind(this);
    this.save = this.save.bind(this);
    this.load = this.load.bind(this);
    const { needs } = this.#run(0).first;
    if (needs) this.needs = needs;
    this.mostReads = mostReadsOf(this.#chain, draws, details);
  }

  get spec(): Spec {
    const { seed, draws, details, topLogprobs } = this.#settings;
    const { history, prompt, own } = this.#memory;
    const params = { seed, draws, details, topLogprobs, history: [...history], prompt, own };
    return { name: "sampler", params, inputs: specsOf(this.#chain) };
  }

  check(vocabulary: number): void {
    for (const { check } of this.#chain.stages) check?.(vocabulary);
    const id = this.#memory.history.find((token) => token >= vocabulary);
    if (id !== undefined) refuse("sampler", "a token in its history", id, `ids below the vocabulary, ${vocabulary}`);
  }

  #run(row: number): RowRun {
    return new RowRun(this.#chain, this.#settings, this.#memory, row);
  }

  /** The first read of a state's row. A state that was loaded or sent has no run yet. */
  #readOf(state: Readonly<Findings>): FirstRead {
    let run = this.#runs.get(state);
    if (!run) this.#runs.set(state, run = this.#run(state.row));
    return run.first;
  }

  init(row: number): Findings {
    const run = this.#run(row);
    const state = run.first.init(row);
    this.#runs.set(state, run);
    return state;
  }

  renew(state: Findings, row: number): void {
    const run = this.#run(row);
    run.first.renew!(state, row);
    this.#runs.set(state, run);
  }

  step(state: Findings, segment: Segment): void {
    this.#readOf(state).step(state, segment);
  }

  stepBlock(state: Findings, block: Block): void {
    this.#readOf(state).stepBlock!(state, block);
  }

  merge(into: Findings, from: Readonly<Findings>): void {
    this.#readOf(into).merge(into, from);
  }

  canonical(state: Readonly<Findings>): Findings {
    return this.#readOf(state).canonical!(state);
  }

  validate(state: Readonly<Findings>, folded: Parameters<NonNullable<FirstRead["validate"]>>[1]): string | undefined {
    return this.#run(folded.row).first.validate!(state, folded);
  }

  finish(state: Readonly<Findings>, row: RowFacts): Sample {
    return this.#readOf(state).finish(state, row);
  }

  second(state: Readonly<Findings>, row: RowFacts): Reducer<Sample> | undefined {
    return this.#readOf(state).second!(state, row);
  }

  draw(row: Values, options: StepOptions = {}): Sample {
    const step = this.#open("draw", row, options);
    const { run, sample } = this.#drawn.read(row, step);
    const memory = this.#memory;
    memory.step = step + 1;
    memory.observed = run.observed;
    memory.last = new Map(run.drawn.map(({ id, high }) => [id, high]));
    return sample;
  }

  distribution(row: Values, options: StepOptions = {}): Distribution {
    const step = this.#open("distribution", row, options);
    const { run: { conclusion }, sample: { why } } = this.#listed.read(row, step);
    if (conclusion) return distributionOf(conclusion, row, step);
    const reason = why === "nan" || why === "infinity" ? why : "masked";
    return { ids: new Uint32Array(0), probabilities: new Float64Array(0), why: reason };
  }

  /** The step that a door was asked for; refuses a row or an option that does not fit. */
  #open(door: string, row: Values, options: StepOptions): number {
    checkRow("sample the row", row);
    const { step = this.#memory.step } = optionsOf(door, options, ["step"]);
    checkCount(door, "step", step, 0);
    this.check(row.length);
    return step;
  }

  accept(id: number): void {
    this.#memory.accept(id);
  }

  reset(prompt: readonly number[] = []): void {
    this.#memory.reset(prompt);
  }

  clone(): ChainSampler {
    const copy = new ChainSampler(this.#options);
    this.#memory.copyTo(copy.#memory);
    return copy;
  }

  save(): string {
    return this.#memory.save(this.#identity);
  }

  load(text: string): void {
    this.#memory.load(text, this.#identity);
  }

  get #identity(): string {
    return `${this.seed}: ${specsOf(this.#chain).map(specText).join(", ")}`;
  }
}

/** A way in for rows in memory, one after the other: the state of the last row serves the next. */
class Door {
  readonly #chain: Chain;
  readonly #settings: RunSettings;
  readonly #memory: Memory;
  #state: Findings | undefined;
  #busy = false;

  constructor(chain: Chain, settings: RunSettings, memory: Memory) {
    this.#chain = chain;
    this.#settings = settings;
    this.#memory = memory;
  }

  /** Reads a row, as often as its run asks. */
  read(row: Values, step: number): { readonly run: RowRun; readonly sample: Sample } {
    if (this.#busy) {
      throw new ParameterError(
        "Cannot sample a row within an edit, a mask or a cut of the same sampler: draw before, or take a clone",
      );
    }
    this.#busy = true;
    let state: Findings | undefined;
    try {
      const run = new RowRun(this.#chain, this.#settings, this.#memory, step);
      const begun = state = this.#renewed(run, step);
      const { sample } = reduceRow(row, { sample: { ...run.first, init: () => begun } }, { index: step });
      return { run, sample };
    } catch (error) {
      // What it holds is of half a row.
      this.#state = undefined;
      throw error;
    } finally {
      // Before the next row, which may be of another precision: then it would lie in two arenas.
      if (state) leaveArena(state);
      this.#busy = false;
    }
  }

  #renewed({ first }: RowRun, step: number): Findings {
    if (this.#state) first.renew!(this.#state, step);
    return this.#state ??= first.init(step);
  }
}

/** Most reads of a row: one where the race decides, else up to three, and again behind each edit that follows a cut; two for ranks. */
function mostReadsOf({ stages, leading }: Chain, draws: number, details: boolean): number {
  const rest = stages.slice(leading);
  const edits = rest.filter(({ edit, edits, cut }) => edits || (edit && !cut)).length;
  const chain = rest.length === 0 && draws === 1 ? 1 : ROUNDS * (1 + edits);
  return chain + (details ? 2 : 0);
}
