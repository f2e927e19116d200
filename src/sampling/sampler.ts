import { type Operator, type Reducer, type RowFacts, specText } from "../core/mod.ts";
import { ROUNDS } from "./_band_plan.ts";
import { type Chain, chainOf, specsOf } from "./_chain.ts";
import { distributionOf } from "./_distribution.ts";
import { checkRow, readRow } from "./_door.ts";
import { type Findings, leaveArena } from "./_findings.ts";
import { requireFree } from "./_hold.ts";
import { Memory } from "./_memory.ts";
import { randomSeed } from "./_random_seed.ts";
import { checkCount, optionsOf, refuse } from "./_refuse.ts";
import { type Asked, RowRun } from "./_row_run.ts";
import type { Distribution } from "./distribution.ts";
import type { Sample } from "./sample.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode sampler}. */
export interface SamplerOptions {
  /** The stages, first to last: stages of this room, and operators (`logitBias`, `mask`, ...). None: the plain softmax. */
  readonly chain?: readonly (Stage | Operator)[];
  /** The seed of its random numbers: a whole number from 0 to 2^53 - 1; drawn when absent, and told by {@linkcode Sampler.seed}. */
  readonly seed?: number;
  /** Tokens drawn from each row, without replacement; 1 when absent. */
  readonly draws?: number;
  /**
   * More about the token and the row: see {@linkcode SampleDetails}. Costs a sweep with moments; up to two more reads where
   * more than 256 tokens are kept, or the rank lies beyond the 64 best.
   */
  readonly details?: boolean;
  /** How many of the raw distribution's likeliest tokens come with each sample; 0 when absent. */
  readonly topLogprobs?: number;
  /** The tokens before the first step, for the stages that look back. */
  readonly prompt?: readonly number[];
}

/** Options of {@linkcode Sampler.draw} and {@linkcode Sampler.distribution}. */
export interface StepOptions {
  /** The step whose random numbers are used; when absent the sampler counts its draws. */
  readonly step?: number;
}

/** What {@linkcode sampler} makes: a reducer for streams of rows, and synchronous doors for a decode loop. */
export interface Sampler extends Reducer<Sample> {
  /** The seed of its random numbers, given or drawn: given to another sampler of the same chain it draws the same tokens again. */
  readonly seed: number;
  /** One token of a row in memory. Does not remember it: call `accept` with the token you keep. */
  draw(row: Float32Array | Float64Array, options?: StepOptions): Sample;
  /** The kept tokens of a row with their processed probabilities; draws nothing, and the next draw's chances are its own. */
  distribution(row: Float32Array | Float64Array, options?: StepOptions): Distribution;
  /**
   * Tells the stages that remember which token was taken. Those that learn from its probability know it of every token that was drawn, and
   * of the 256 best; from another one they learn nothing.
   */
  accept(id: number): void;
  /** Forgets all tokens and steps; begins with a prompt, if one is given. */
  reset(prompt?: readonly number[]): void;
  /** The same sampler with a memory of its own, equal so far. */
  clone(): Sampler;
  /** The memory as text: tokens, steps, the stages' numbers. Where stages learn from the token drawn, `accept` it first. */
  save(): string;
  /** Takes over a memory saved by a sampler of the same chain and seed: where that was drawn, give this one the other's `seed`. */
  load(text: string): void;
}

/** What a clone takes over. */
const memories = new WeakMap<Sampler, Memory>();

/**
 * The whole chain from logits to a token: stages in the order you give them, exact for every row, without sorting a vocabulary.
 *
 * As a reducer (`reduce(logits, { token: sampler(...) })`) it draws one token a row, the same for any chunking, cut and merge;
 * its random numbers are keyed by (seed, row). As `draw(row)` it serves a decode loop; they are keyed by (seed, step). Without a seed it
 * draws one, so that each sampler gives other tokens; shards of one row, whose states are to be merged, need the same seed, given. Rows of a
 * stream do not remember each other: all see the memory as it stands when their reading begins.
 *
 * How: the first read finds the 256 best tokens beside the sum of exponentials, and draws some tokens ahead from the whole row: tiles of
 * 1,024 ids race, each with its mass over an exponential variate, and the winner's logits are kept until the token is drawn inside it.
 * Where a cut may fall below the 256 best it also counts the logits in cells, 256 to a unit. So it is known, but for part of a cell, where
 * each cut falls, and the first token drawn ahead that is kept for sure is the answer: one read. Else a second read lists the tokens that
 * are in doubt one by one, sums what lies between in float64 and draws from it anew; a third, hardly ever needed, lists all. What a chain
 * edits behind a cut that leaves more than 256 tokens is read again, edited; so may `details` read, twice, for ranks. `explain` says how
 * many reads there may be, the option `reads` of `reduce` forbids them.
 *
 * Cost of the first read at 200,000 logits: log-sum-exp and a tenth for the plain softmax; less than log-sum-exp for a chain that begins
 * with `keepTopK(k <= 256)` or is greedy; about ten times that with cells; one more copy and sweep where stages edit logits at the front.
 * A second read costs some twenty times log-sum-exp. In all at most a few MiB, whatever the vocabulary.
 * Accuracy: log-probabilities within 1e-5 of float64. What is kept is never decided by rounded sums: where those leave a doubt, the row is
 * read again.
 * Specials: a row with NaN, +Infinity or no allowed token gives no token and says why.
 *
 * @example A stream
 * ```ts
 * import { fromArray, keepTopP, reduce, sampler, withTemperature } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray([5, 1, 0, 0, 0, 7], { vocabulary: 3 });
 * const token = sampler({ chain: [withTemperature(0.7), keepTopP(0.9)], seed: 42 });
 * const rows = await Array.fromAsync(reduce(logits, { token }));
 * assertEquals(rows.map(({ token }) => token.id), [0, 2]);
 * ```
 *
 * @example A decode loop
 * ```ts
 * import { keepMinP, penalties, sampler } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const next = sampler({ chain: [penalties({ repetition: 10 }), keepMinP(0.5)], seed: 1 });
 * const ids: number[] = [];
 * for (let step = 0; step < 2; step++) {
 *   const { id } = next.draw(Float32Array.of(3, 9, 6));
 *   if (id === undefined) break;
 *   next.accept(id);
 *   ids.push(id);
 * }
 * assertEquals(ids, [1, 2]);
 * ```
 *
 * @param options Chain, seed, number of draws, extras, prompt.
 * @returns The sampler.
 * @throws {ParameterError} If an option is out of range; before any read.
 */
export function sampler(options: SamplerOptions = {}): Sampler {
  const { chain: parts = [], draws = 1, details = false, topLogprobs = 0, prompt = [], seed = randomSeed() } =
    optionsOf(
      "sampler",
      options,
      ["chain", "seed", "draws", "details", "topLogprobs", "prompt"],
    );
  checkCount("sampler", "seed", seed, 0);
  checkCount("sampler", "draws", draws, 1);
  checkCount("sampler", "topLogprobs", topLogprobs, 0);
  if (typeof details !== "boolean") refuse("sampler", "details", details, "true or false");
  const chain = chainOf(parts);
  const asked: Asked = { seed, draws, details, topLogprobs, exact: false };
  const whole: Asked = { seed, draws: 0, details: false, topLogprobs: 0, exact: true };
  const memory = new Memory(chain, prompt);
  const runs = new WeakMap<object, RowRun>();
  // A decode loop draws row after row: one state, and its memory, serves them all.
  let drawn: Findings | undefined, listed: Findings | undefined;

  function checkHistory(vocabulary: number): void {
    for (const { check } of chain.stages) check?.(vocabulary);
    const id = memory.history.find((token) => token >= vocabulary);
    if (id !== undefined) refuse("sampler", "a token in its history", id, `ids below the vocabulary, ${vocabulary}`);
  }

  function begin(row: number): Findings {
    const run = new RowRun(chain, asked, memory, row);
    const state = run.first.init(row);
    runs.set(state, run);
    return state;
  }

  /** A state that was loaded or sent has no run yet. */
  function reducerOf(state: Readonly<Findings>): Reducer<Sample, Findings> {
    let run = runs.get(state);
    if (!run) runs.set(state, run = new RowRun(chain, asked, memory, state.row));
    return run.first;
  }

  /** The step that a door was asked for; refuses a row or an option that does not fit. */
  function open(door: string, row: Float32Array | Float64Array, options: StepOptions): number {
    requireFree();
    checkRow(row);
    const { step = memory.step } = optionsOf(door, options, ["step"]);
    checkCount(door, "step", step, 0);
    checkHistory(row.length);
    return step;
  }

  const { needs, validate } = new RowRun(chain, asked, memory, 0).first;
  const made: Sampler = {
    seed,
    spec: {
      name: "sampler",
      get params() {
        return {
          seed,
          draws,
          details,
          topLogprobs,
          history: [...memory.history],
          prompt: memory.prompt,
          own: memory.own,
        };
      },
      inputs: specsOf(chain),
    },
    ...(needs ? { needs } : {}),
    ...(validate ? { validate } : {}),
    mostReads: mostReadsOf(chain, draws, details),
    secondRead: "a cut, or a token drawn, that the first read leaves in doubt",
    check: checkHistory,
    init: begin,
    renew(state, row) {
      const run = new RowRun(chain, asked, memory, row);
      run.first.renew!(state, row);
      runs.set(state, run);
    },
    step: (state, segment) => reducerOf(state).step(state, segment),
    stepBlock: (state, block) => reducerOf(state).stepBlock!(state, block),
    merge: (into, from) => reducerOf(into).merge(into, from),
    finish: (state, row: RowFacts) => reducerOf(state).finish(state, row),
    second: (state, row: RowFacts) => reducerOf(state).second!(state, row),
    draw(row, options = {}) {
      const step = open("draw", row, options);
      const run = new RowRun(chain, asked, memory, step);
      if (drawn) run.first.renew!(drawn, step);
      const sample = readRow(row, step, run.first, drawn ??= run.first.init(step));
      leaveArena(drawn);
      memory.step = step + 1;
      memory.observed = run.observed;
      memory.last = new Map(run.drawn.map(({ id, high }) => [id, high]));
      return sample;
    },
    distribution(row, options = {}) {
      const step = open("distribution", row, options);
      const run = new RowRun(chain, whole, memory, step);
      if (listed) run.first.renew!(listed, step);
      const { why } = readRow(row, step, run.first, listed ??= run.first.init(step));
      leaveArena(listed);
      if (run.conclusion) return distributionOf(run.conclusion, row, step);
      const reason = why === "nan" || why === "infinity" ? why : "masked";
      return { ids: new Uint32Array(0), probabilities: new Float64Array(0), why: reason };
    },
    accept: (id) => memory.accept(id),
    reset: (again = []) => memory.reset(again),
    clone() {
      const copy = sampler({ ...options, seed });
      memory.copyTo(memories.get(copy)!);
      return copy;
    },
    save: () => memory.save(identity()),
    load: (text) => memory.load(text, identity()),
  };

  function identity(): string {
    return `${seed}: ${specsOf(chain).map(specText).join(", ")}`;
  }
  memories.set(made, memory);
  return made;
}

/** Most reads of a row: one where the race decides, else up to three, and again behind each edit that follows a cut; two for ranks. */
function mostReadsOf({ stages, leading }: Chain, draws: number, details: boolean): number {
  const rest = stages.slice(leading);
  const edits = rest.filter(({ edit, edits, cut }) => edits || (edit && !cut)).length;
  const chain = rest.length === 0 && draws === 1 ? 1 : ROUNDS * (1 + edits);
  return chain + (details ? 2 : 0);
}
