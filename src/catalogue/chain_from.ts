import { type Operator, optionsOf, ParameterError, shown } from "../core/mod.ts";
import { logitBias, mask, softcap } from "../operators/mod.ts";
import { maskWords } from "./stages/_mask_words.ts";
import { within } from "./stages/_within.ts";
import * as stages from "./stages/_public.ts";
import type { Stage } from "./stages/stage.ts";

/** A stage as JSON: its factory's name and, beside it, its options; a leading argument under its own name. */
export type StageData = { readonly name: string } & Readonly<Record<string, unknown>>;

/** Makes a stage, or an operator, of JSON options. */
export interface StageMaker {
  /** The options it takes; `!` marks those that must be there, as in `"bias!"`. */
  readonly options: readonly string[];
  /** Makes it; refuses values that do not fit. */
  // deno-lint-ignore no-explicit-any
  make(options: any): Stage | Operator;
}

const temperatureMaker: StageMaker = {
  options: ["temperature!"],
  make: ({ temperature }) => stages.withTemperature(temperature),
};

/** In JSON a list is a list: of a text each character would be an id. */
function maskOf(options: Parameters<typeof mask>[0]): Operator {
  for (const [kind, ids] of Object.entries(options)) {
    if (kind !== "bits" && ids !== undefined && !Array.isArray(ids)) {
      throw new ParameterError(`Cannot use ${shown(ids)} as ${kind} in mask: wanted a list of ids`);
    }
  }
  return mask(options);
}

const MAKERS: Readonly<Record<string, StageMaker>> = {
  adaptiveP: { options: ["target!", "decay"], make: stages.adaptiveP },
  badWords: { options: ["words!"], make: ({ words }) => stages.badWords(words) },
  dry: { options: ["multiplier!", "base", "allowedLength", "window", "breakers"], make: stages.dry },
  dynamicTemperature: { options: ["temperature!", "range!", "exponent"], make: stages.dynamicTemperature },
  force: { options: ["tokens!", "scope"], make: ({ tokens, ...rest }) => stages.force(tokens, rest) },
  keepEpsilon: {
    options: ["epsilon!", "minKeep", "ties"],
    make: ({ epsilon, ...rest }) => stages.keepEpsilon(epsilon, rest),
  },
  keepEta: { options: ["epsilon!", "minKeep", "ties"], make: ({ epsilon, ...rest }) => stages.keepEta(epsilon, rest) },
  keepMinP: { options: ["p!", "minKeep"], make: ({ p, ...rest }) => stages.keepMinP(p, rest) },
  keepPLess: { options: [], make: () => stages.keepPLess() },
  keepTopH: { options: ["h!"], make: ({ h }) => stages.keepTopH(h) },
  keepTopK: { options: ["k!", "ties", "minKeep"], make: ({ k, ...rest }) => stages.keepTopK(k, rest) },
  keepTopNSigma: { options: ["n!"], make: ({ n }) => stages.keepTopNSigma(n) },
  keepTopP: { options: ["p!", "ties", "minKeep"], make: ({ p, ...rest }) => stages.keepTopP(p, rest) },
  keepTypical: { options: ["p!", "minKeep"], make: ({ p, ...rest }) => stages.keepTypical(p, rest) },
  logitBias: { options: ["bias!"], make: ({ bias }) => logitBias(bias) },
  mask: { options: ["allow", "deny", "bits"], make: maskOf },
  maskRows: { options: ["masks!"], make: ({ masks }) => stages.maskRows(maskWords(masks)) },
  minLength: { options: ["tokens!", "end!", "scope"], make: ({ tokens, ...rest }) => stages.minLength(tokens, rest) },
  mirostat: { options: ["version", "tau", "eta", "m"], make: stages.mirostat },
  noRepeatNgram: { options: ["n!", "scope"], make: ({ n, ...rest }) => stages.noRepeatNgram(n, rest) },
  penalties: {
    options: ["repetition", "frequency", "presence", "window", "scope", "counts", "normalize"],
    make: stages.penalties,
  },
  softcap: { options: ["cap!"], make: ({ cap }) => softcap(cap) },
  suppress: { options: ["ids!", "first"], make: ({ ids, ...rest }) => stages.suppress(ids, rest) },
  temperature: temperatureMaker,
  withTemperature: temperatureMaker,
  xtc: { options: ["probability!", "threshold!", "minKeep"], make: stages.xtc },
};

/**
 * A chain from JSON data: a list of `{ "name": ..., ...options }`, the names and options those of this room's factories and of the
 * operators `logitBias`, `mask` and `softcap`. `temperature` is another name for `withTemperature`. What JSON does not have is text: a bias
 * of `"-Infinity"`, the bits of `mask`, and each of the `masks` of `maskRows`, in base64.
 *
 * @example A list of two stages
 * ```ts
 * import { chainFrom, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const chain = chainFrom(JSON.parse('[{ "name": "keepTopK", "k": 40 }, { "name": "withTemperature", "temperature": 0.8 }]'));
 * assertEquals(sampler({ chain }).draw(Float32Array.of(0, 30)).id, 1);
 * ```
 *
 * @param data The list.
 * @param more Makers of further stages by name, of your own:
 * `{ keepTopA: { options: ["a!"], make: ({ a }) => keepTopA(a) } }`.
 * @returns The stages.
 * @throws {ParameterError} If the data is no such list, or a name, an option or a value is unknown; it names the stage by its place in
 * the list, from 0.
 */
export function chainFrom(data: unknown, more: Readonly<Record<string, StageMaker>> = {}): (Stage | Operator)[] {
  if (!Array.isArray(data)) throw new ParameterError('Cannot read the chain: wanted a list of { "name": ..., ... }');
  return data.map((item, i) => readStage(item, i, more));
}

function readStage(item: unknown, place: number, more: Readonly<Record<string, StageMaker>>): Stage | Operator {
  const where = `Cannot read stage ${place} of the chain`;
  const { name, ...options } = (item ?? {}) as StageData;
  if (typeof name !== "string") throw new ParameterError(`${where}: it has no "name", wanted { "name": ..., ... }`);
  const makers = Object.hasOwn(more, name) ? more : MAKERS;
  if (!Object.hasOwn(makers, name)) {
    const names = [...new Set([...Object.keys(MAKERS), ...Object.keys(more)])].sort().join(", ");
    throw new ParameterError(`${where}: "${name}" is unknown, wanted one of ${names}`);
  }
  return within(where, () => {
    checkOptions(name, options, makers[name].options);
    return makers[name].make(options);
  });
}

function checkOptions(name: string, options: Record<string, unknown>, known: readonly string[]): void {
  optionsOf(name, options, known);
  const names = known.map((option) => option.replace("!", ""));
  const missing = names.find((option, i) => known[i].endsWith("!") && !Object.hasOwn(options, option));
  if (missing === undefined) return;
  throw new ParameterError(`Cannot use ${name} without ${missing}: wanted ${names.join(", ")}`);
}
