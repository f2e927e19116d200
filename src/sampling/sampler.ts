import { define, type Operator, optionsOf, type Reducer } from "../core/mod.ts";
import { ChainSampler } from "./_chain_sampler.ts";
import type { Distribution } from "./distribution.ts";
import { promptOf } from "./reads/_memory.ts";
import type { Sample } from "./sample.ts";
import type { SamplerOptions, StepOptions } from "./sampler_options.ts";
import { chainOf } from "./stages/_chain.ts";
import { refuse } from "./stages/_refuse.ts";
import type { Stage } from "./stages/stage.ts";

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

/**
 * The whole chain from logits to a token: stages in the order you give them, exact for every row, without sorting a vocabulary.
 *
 * As a reducer (`reduce(logits, { token: sampler(...) })`) it draws one token a row, the same for any chunking, cut and merge;
 * its random numbers are keyed by (seed, row). As `draw(row)` it serves a decode loop; they are keyed by (seed, step). Without a seed it
 * draws one, so that each sampler gives other tokens; shards of one row, whose states are to be merged, need the same seed, given. Rows of a
 * stream do not remember each other: all see the memory as it stood when `reduce` was called, whatever is accepted while it runs.
 *
 * How: the first read finds the 256 best tokens beside the sum of exponentials, and draws some tokens ahead from the whole row: tiles of
 * 1,024 ids race, each with its mass over an exponential variate, and the winner's logits are kept until the token is drawn inside it.
 * Where a cut may fall below the 256 best it also counts the logits in cells, 256 to a unit. So it is known, but for part of a cell, where
 * each cut falls, and the first token drawn ahead that is kept for sure is the answer: one read. Else a second read lists the tokens that
 * are in doubt one by one, sums what lies between in float64 and draws from it anew; a third, hardly ever needed, lists all. What a chain
 * edits behind a cut that leaves more than 256 tokens is read again, edited; so may `details` read, twice, for ranks. `explain` says how
 * many reads there may be, the option `reads` of `reduce` forbids them.
 *
 * Its spec holds chain, seed and memory, so that `fromSpec` of the catalogue makes it again elsewhere, and the next draw is the same. Where
 * stages learn from the token drawn, `accept` it first.
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
 * const next = sampler({ chain: [penalties({ repetitionPenalty: 10 }), keepMinP(0.5)], seed: 1 });
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
  const { chain = [], seed = randomSeed(), prompt = [], ...more } = optionsOf("sampler", options, SAMPLER_OPTIONS);
  const history = promptOf(prompt);
  return samplerDefinition.of({ ...more, seed, history, prompt: history.length }, { inputs: chain, specs: [] });
}

/** Its row of the catalogue: with its memory, as its spec has it; the chain is what it is built on. */
export const samplerDefinition = /* @__PURE__ */ define({
  name: "sampler",
  kind: "reducer",
  help: "a token, drawn by a chain of stages",
  inputs: { each: ["stage", "operator"] },
  options: {
    seed: { type: "whole", help: "the same seed gives the same tokens" },
    draws: { type: "whole", least: 1, default: 1, help: "tokens a row, without replacement; 1 if absent" },
    topLogprobs: { type: "whole", default: 0, help: "how many of the likeliest tokens come along; 0 if absent" },
    details: {
      type: "flag",
      default: false,
      help: "raw log-probability, rank, kept tokens and their mass, entropy",
    },
    history: { type: "ids", default: [], help: "the tokens so far, prompt included" },
    prompt: { type: "whole", default: 0, help: "how many of them are the prompt" },
    own: { type: "data", read: readOwn, optional: true, help: "the numbers of each stage" },
    step: { type: "whole", default: 0, help: "the next step of a decode loop" },
  },
  make({ seed, draws, topLogprobs, details, ...remembered }, _spec, { inputs }): Sampler {
    const chain = chainOf(inputs as readonly (Stage | Operator)[]);
    return new ChainSampler(chain, { seed, draws, topLogprobs, details }, remembered);
  },
});

function readOwn(what: string, name: string, own: unknown): readonly (readonly number[])[] {
  return Array.isArray(own) ? own : refuse(what, name, own, "a list of numbers for each stage");
}

const SAMPLER_OPTIONS = ["chain", "seed", "draws", "details", "topLogprobs", "prompt"] as const;

/** A seed that nobody chose: any whole number that a seed may be, from 0 to 2^53 - 1. */
function randomSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}
