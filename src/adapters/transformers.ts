/**
 * Sluice's sampler inside transformers.js: a working `top_p`, `min_p`, `typical_p`, penalties and all the rest, by one import.
 *
 * It knows the shapes of transformers.js's `Tensor` and logits processors, and imports nothing of it.
 *
 * @module
 */
import { ln } from "../../kernels/mod.ts";
import { InvalidLogitError, optionsOf, ParameterError, shown } from "../core/mod.ts";
import type { Sample, Sampler } from "../sampling/mod.ts";

/** What it must know of a transformers.js `Tensor`: `[batch, vocabulary]` logits, float32. */
export interface TensorLike {
  /** The shape. */
  readonly dims: readonly number[];
  /** `"float32"`. */
  readonly type: string;
  /** The logits, row by row: a `Float32Array`. */
  readonly data: ArrayLike<unknown>;
}

/**
 * A logits processor as transformers.js calls it: with the tokens so far, then the logits, which it rewrites in place. It is one of that
 * package's `LogitsProcessor`s by its shape: `LogitsProcessorList.push` takes it.
 */
export interface TransformersLogitsProcessor {
  /** Rewrites the logits; gives them back. */
  <T extends TensorLike>(inputIds: readonly (readonly (bigint | number)[])[], logits: T): T;
  /** The same, by the name under which the package's own processors have it. */
  _call<T extends TensorLike>(inputIds: readonly (readonly (bigint | number)[])[], logits: T): T;
}

/** Options of {@linkcode transformersLogitsProcessor}. */
export interface TransformersProcessorOptions {
  /**
   * `"draw"` (the default): the sampler draws, and every other token is masked, so that `generate` can only take ours: pass it
   * `do_sample: false`. `"filter"`: what the chain cuts is masked and the others get their processed log-probability; `generate` draws:
   * pass it `do_sample: true, top_k: 0`.
   */
  readonly mode?: "draw" | "filter";
  /**
   * Whether every text begins with the seed's first random numbers, so that the same prompt gives the same tokens again. When absent a
   * second text goes on where the one before ended.
   */
  readonly restart?: boolean;
}

/**
 * A sampler as a logits processor of transformers.js.
 *
 * Put it last (or alone) in `generate`'s `logits_processor` list. transformers.js's own sampler ignores `top_p` and sorts the whole
 * vocabulary at `top_k: 0`; in mode `"draw"` it has nothing left to decide. Each sequence of a batch has a sampler of its own, a clone
 * with the seed's random numbers keyed by the step and the place in the batch; it is told the tokens so far at every call, so that
 * penalties see prompt and output. A processor may serve one text after the other: each has random numbers of its own, unless `restart`
 * asks for the same. Two processors made of one sampler have its seed and draw alike. A row without a distribution is an error:
 * transformers.js would draw a token from it.
 *
 * @example The only likely id is left
 * ```ts
 * import { transformersLogitsProcessor } from "@sluice/sluice/adapters/transformers";
 * import { preset, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const ours = transformersLogitsProcessor(sampler({ chain: preset("transformers", { topP: 0.9 }), seed: 1 }));
 * // With the package: const list = new LogitsProcessorList(); list.push(ours);
 * // await model.generate({ ...inputs, logits_processor: list, do_sample: false });
 * const logits = { dims: [1, 3], type: "float32", data: Float32Array.of(1, 30, 2) };
 * ours([[0n, 2n]], logits);
 * assertEquals([...logits.data], [-Infinity, 0, -Infinity]);
 * ```
 *
 * @param sampler The sampler; it is cloned for each sequence.
 * @param options Who draws, and whether a second text begins as the first.
 * @returns The processor: a function, as `LogitsProcessorList` takes it.
 * @throws {ParameterError} If that is no sampler, or an option is not one of these; or, when called, if the logits are not float32
 * `[batch, vocabulary]`.
 * @throws {InvalidLogitError} When called, if a row has no distribution: NaN, +Infinity, or no token that it and the chain allow. It
 * names the sequence's place in the batch. The rows before it are rewritten already.
 */
export function transformersLogitsProcessor(
  sampler: Sampler,
  options: TransformersProcessorOptions = {},
): TransformersLogitsProcessor {
  if (typeof sampler?.clone !== "function") {
    throw new ParameterError(
      "Cannot make a logits processor: its first argument is no sampler, wanted sampler({ ... })",
    );
  }
  const { mode, restart } = settingsOf(options);
  const sequences: Sequence[] = [];
  function process<T extends TensorLike>(inputIds: readonly (readonly (bigint | number)[])[], logits: T): T {
    if (!Array.isArray(inputIds)) {
      throw new ParameterError("Cannot sample without the tokens so far: wanted a list of lists");
    }
    const [batch, vocabulary] = shapeOf(logits, inputIds.length);
    for (let i = 0; i < batch; i++) {
      const sequence = sequences[i] ??= new Sequence(sampler.clone(), i, restart);
      const row = (logits.data as Float32Array).subarray(i * vocabulary, (i + 1) * vocabulary);
      sequence.follow(inputIds[i].map(Number));
      if (mode === "draw") sequence.draw(row);
      else sequence.filter(row);
    }
    return logits;
  }
  return Object.assign(process, { _call: process });
}

function settingsOf(options: TransformersProcessorOptions): Required<TransformersProcessorOptions> {
  const { mode = "draw", restart = false } = optionsOf("transformersLogitsProcessor", options, ["mode", "restart"]);
  if (mode !== "draw" && mode !== "filter") {
    throw new ParameterError(`Cannot use mode ${shown(mode)}: wanted "draw" or "filter"`);
  }
  if (typeof restart !== "boolean") {
    throw new ParameterError(`Cannot use restart ${shown(restart)}: wanted true or false`);
  }
  return { mode, restart };
}

function shapeOf(logits: TensorLike, sequences: number): readonly [number, number] {
  const { dims, type, data } = logits ?? { dims: [], type: shown(logits), data: [] };
  if (type !== "float32" || !(data instanceof Float32Array)) {
    throw new ParameterError(`Cannot sample a tensor of ${type}: wanted float32`);
  }
  if (dims.length !== 2 || dims[0] !== sequences) {
    throw new ParameterError(`Cannot sample logits of shape [${dims}]: wanted [${sequences}, vocabulary]`);
  }
  return [dims[0], dims[1]];
}

/** Steps of a sequence in a batch are keyed so that no two sequences share a random number. */
const STEPS = 2 ** 32;

/** One sequence of a batch. */
class Sequence {
  readonly #sampler: Sampler;
  readonly #place: number;
  readonly #restart: boolean;
  #ids: readonly number[] = [];
  #steps = 0;

  constructor(sampler: Sampler, place: number, restart: boolean) {
    this.#sampler = sampler;
    this.#place = place;
    this.#restart = restart;
  }

  /** Learns the tokens so far: one behind those it knows is accepted; any other text begins anew, as a prompt. */
  follow(ids: readonly number[]): void {
    const known = this.#ids.length;
    const goesOn = known > 0 && ids.length === known + 1 && this.#ids.every((id, i) => ids[i] === id);
    if (goesOn) {
      this.#sampler.accept(ids[known]);
    } else {
      this.#sampler.reset(ids);
      // Two texts that begin alike must not go on alike: to draw the same again has to be asked for.
      if (this.#restart) this.#steps = 0;
    }
    this.#ids = ids;
  }

  get #step(): number {
    return this.#place * STEPS + this.#steps++;
  }

  draw(row: Float32Array): void {
    const { id, why } = this.#sampler.draw(row, { step: this.#step });
    if (id === undefined) throw noToken(row, this.#place, why);
    row.fill(-Infinity);
    row[id] = 0;
  }

  filter(row: Float32Array): void {
    const { ids, probabilities, why } = this.#sampler.distribution(row, { step: this.#step });
    if (why) throw noToken(row, this.#place, why);
    row.fill(-Infinity);
    ids.forEach((id, i) => row[id] = ln(probabilities[i]));
  }
}

function noToken(row: Float32Array, place: number, why: Sample["why"]): InvalidLogitError {
  const where = `Cannot sample row ${place} of the batch`;
  if (why === "masked") {
    return new InvalidLogitError(`${where}: no token is allowed, wanted at least one`, place, undefined);
  }
  const id = row.findIndex((x) => why === "nan" ? Number.isNaN(x) : x === Infinity);
  // The row may be in order, and the chain have made it so.
  const logit = id < 0 ? "a logit behind the chain" : `the logit of id ${id}`;
  const found = `${logit} is ${why === "nan" ? "NaN" : "+Infinity"}, wanted finite logits, or -Infinity to mask`;
  return new InvalidLogitError(`${where}: ${found}`, place, id < 0 ? undefined : id);
}
