// The sampler itself: a reducer for streams of rows, and the methods of a decode loop.
import { checkOption, optionsOf, type Reducer, type RowFacts, type Segment, type Spec, specText } from "../core/mod.ts";
import type { Block } from "../core/mod.ts";
import { checkRow, type Values } from "../row/inside.ts";
import { type Chain, specsOf } from "./stages/_chain.ts";
import { distributionOf } from "./reads/_distribution.ts";
import type { Findings } from "./reads/_findings.ts";
import { Memory, type Remembered } from "./reads/_memory.ts";
import { refuse } from "./stages/_refuse.ts";
import type { RunSettings } from "./reads/_read_plan.ts";
import { RowReader } from "./reads/_row_reader.ts";
import { RowRun } from "./reads/_row_run.ts";
import type { Distribution } from "./distribution.ts";
import type { Sample } from "./sample.ts";
import type { StepOptions } from "./sampler_options.ts";

type FirstRead = RowRun["first"];

const STEP = { type: "whole", help: "" } as const;

/**
 * A chain with its memory: every row runs through it in a {@linkcode RowRun} of its own. What a decode loop calls are arrow functions, for
 * it may take them out of the sampler: `const { draw, accept } = sampler()`.
 */
export class ChainSampler {
  readonly seed: number;
  readonly needs: NonNullable<FirstRead["needs"]>;
  readonly mostReads: number;
  readonly secondRead = "a cut, or a token drawn, that the first read leaves in doubt";
  readonly #chain: Chain;
  readonly #settings: RunSettings;
  readonly #memory: Memory;
  /** The spec, and what it was made of. */
  #made: { readonly own: Memory["own"]; readonly step: number; readonly spec: Spec } | undefined;
  /** The run of each state of a stream. */
  readonly #runs = new WeakMap<object, RowRun>();
  readonly #drawing: RowReader;
  readonly #listing: RowReader;

  constructor(chain: Chain, settings: Omit<RunSettings, "exact">, remembered: Remembered) {
    const { seed, draws, details } = settings;
    this.seed = seed;
    this.#chain = chain;
    this.#settings = { ...settings, exact: false };
    this.#memory = new Memory(chain, remembered);
    this.#drawing = new RowReader((step) => this.#run(step));
    const exact = { seed, draws: 0, details: false, topLogprobs: 0, exact: true };
    this.#listing = new RowReader((step) => this.#run(step, exact));
    this.needs = this.#run(0).first.needs!;
    this.mostReads = mostReadsOf(this.#chain, draws, details);
  }

  get spec(): Spec {
    const { history, prompt, own, step, last } = this.#memory, made = this.#made;
    // Whatever changes the memory makes another list of the stages' numbers, but for a draw, which takes a step.
    if (made?.own === own && made.step === step) return made.spec;
    const { seed, draws, details, topLogprobs } = this.#settings;
    const params = {
      ...{ seed, draws, details, topLogprobs, prompt, history: [...history] },
      own: own.map((numbers) => [...numbers]),
      ...(step === 0 ? {} : { step }),
    };
    // A stage that waits for the token drawn would learn nothing in a copy: see `save`.
    const waits: { portable?: false } = last.observed.size > 0 ? { portable: false } : {};
    const spec = { name: "sampler", params, inputs: specsOf(this.#chain), ...waits };
    this.#made = { own, step, spec };
    return spec;
  }

  check(vocabulary: number): void {
    for (const { check } of this.#chain.stages) check?.(vocabulary);
    const id = this.#memory.history.find((token) => token >= vocabulary);
    if (id !== undefined) refuse("sampler", "a token in its history", id, `ids below the vocabulary, ${vocabulary}`);
  }

  #run(row: number, settings = this.#settings): RowRun {
    return new RowRun(this.#chain, settings, this.#memory, row);
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

  draw = (row: Values, options: StepOptions = {}): Sample => {
    const step = this.#stepOf("draw", row, options);
    const { run, sample } = this.#drawing.read(row, step);
    this.#memory.step = step + 1;
    this.#memory.last = { observed: run.observed, logits: new Map(run.drawn.map(({ id, logit }) => [id, logit])) };
    return sample;
  };

  distribution = (row: Values, options: StepOptions = {}): Distribution => {
    const step = this.#stepOf("distribution", row, options);
    const { run: { kept }, sample: { why } } = this.#listing.read(row, step);
    if (kept) return distributionOf(kept, row, step);
    const reason = why === "nan" || why === "infinity" ? why : "masked";
    return { ids: new Uint32Array(0), probabilities: new Float64Array(0), why: reason };
  };

  /** The step that a method was called for; refuses a row or an option that does not fit. */
  #stepOf(method: string, row: Values, options: StepOptions): number {
    checkRow("sample the row", row);
    const { step = this.#memory.step } = optionsOf(method, options, ["step"]);
    checkOption(method, "step", STEP, step);
    this.check(row.length);
    return step;
  }

  accept = (id: number): void => this.#memory.accept(id);

  reset = (prompt: readonly number[] = []): void => this.#memory.reset(prompt);

  clone = (): ChainSampler => {
    const copy = new ChainSampler(this.#chain, this.#settings, { history: [], prompt: 0, step: 0 });
    this.#memory.copyTo(copy.#memory);
    return copy;
  };

  snapshot(): ChainSampler {
    return this.clone();
  }

  save = (): string => this.#memory.save(this.#identity);

  load = (text: string): void => this.#memory.load(text, this.#identity);

  get #identity(): string {
    return `${this.seed}: ${specsOf(this.#chain).map(specText).join(", ")}`;
  }
}

/** So many reads find a cut, where the row is read for each of its passes. */
const READS_A_CUT = 6;

/** Most reads of a row: one where it is kept in the row store, or the race decides; else some for each cut, and two for ranks. */
function mostReadsOf({ stages, leading }: Chain, draws: number, details: boolean): number {
  const rest = stages.slice(leading);
  const edits = rest.filter(({ edit, edits, cut }) => edits || (edit && !cut)).length;
  const cuts = rest.filter(({ cut, divisor }) => cut && divisor === undefined).length;
  const chain = rest.length === 0 && draws === 1 ? 1 : 2 + READS_A_CUT * (1 + cuts) + 2 * edits;
  return chain + (details ? 6 : 0);
}
