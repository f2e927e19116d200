import { type Operator, optionsOf, ParameterError } from "../core/mod.ts";
import { within } from "../sampling/inside.ts";
import type { Stage } from "../sampling/mod.ts";
import { CHAIN_PARTS, chainPartOf, OTHER_NAMES } from "./_chain_parts.ts";

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

/**
 * A chain from JSON data: a list of `{ "name": ..., ...options }`, the names and options those of the stages, of the operators
 * `logitBias`, `mask` and `softcap`, and of what was registered. `temperature` is another name for `withTemperature`. What JSON does not have
 * is text: a bias of `"-Infinity"`, the bits of `mask`, and each of the `masks` of `maskRows`, in base64.
 *
 * @example A list of two stages
 * ```ts
 * import { chainFrom } from "@sluice/sluice/catalogue";
 * import { sampler } from "@sluice/sluice/sampling";
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
  if (Object.hasOwn(more, name)) {
    return within(where, () => {
      checkOptions(name, options, more[name].options);
      return more[name].make(options);
    });
  }
  const part = chainPartOf(name);
  if (!part) throw new ParameterError(`${where}: "${name}" is unknown, wanted one of ${namesWith(more)}`);
  return within(where, () => part.of(options) as Stage | Operator);
}

function namesWith(more: Readonly<Record<string, StageMaker>>): string {
  const names = [...CHAIN_PARTS.map(({ name }) => name), ...Object.keys(OTHER_NAMES), ...Object.keys(more)];
  return [...new Set(names)].sort().join(", ");
}

function checkOptions(name: string, options: Record<string, unknown>, known: readonly string[]): void {
  optionsOf(name, options, known);
  const names = known.map((option) => option.replace("!", ""));
  const missing = names.find((option, i) => known[i].endsWith("!") && !Object.hasOwn(options, option));
  if (missing === undefined) return;
  throw new ParameterError(`Cannot use ${name} without ${missing}: wanted ${names.join(", ")}`);
}
