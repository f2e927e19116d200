import { ParameterError } from "./errors.ts";
import { checkOption } from "./check_option.ts";
import { isNeeded } from "./_is_needed.ts";
import { plainData } from "./_plain_data.ts";
import { unaliased } from "./_unaliased.ts";
import type { Option, OptionValue } from "./option.ts";
import { optionsOf } from "./options_of.ts";
import type { Result } from "./result.ts";
import type { Spec } from "./spec.ts";

/** What a definition makes. */
export type Kind = "source" | "operator" | "reducer" | "map" | "stage" | "preference" | "fold" | "sink";

/** Options by name. */
export type OptionTable = Readonly<Record<string, Option>>;

/** The values of options, checked, defaults filled in. */
export type OptionValues<O extends OptionTable> = { readonly [K in keyof O]: OptionValue<O[K]> };

/** What a definition may reach outside of the process: each gives what was asked for, or refuses by throwing. */
export interface Grants {
  /** The real path of a file that may be read. */
  readable(path: string): Promise<string>;
  /** The path of a file that may be written. */
  writable(path: string): Promise<string>;
  /** Refuses a URL, before it is asked; also each one that a redirect leads to. */
  url(url: URL): void | Promise<void>;
  /** Files that are read meanwhile: a sink that would write over one is refused. */
  readonly inputs: readonly string[];
}

/** What one is built on. */
export interface Built {
  /** What its spec's inputs stand for, made already. */
  readonly inputs: readonly unknown[];
  /** Their specs. */
  readonly specs: readonly Spec[];
  /** What it may reach; everything when absent. */
  readonly grants?: Grants;
}

/** What {@linkcode define} is told. */
export interface DefinitionData<O extends OptionTable, T> {
  /** The factory's name. */
  readonly name: string;
  /** What it makes. */
  readonly kind: Kind;
  /** One line of documentation, without a full stop. */
  readonly help: string;
  /** Its options; those that are arguments first, in their order. */
  readonly options: O;
  /** What a result is, of a reducer. */
  readonly result?: Result;
  /** The kinds of what it is built on, in order; `each`: any number of things of these kinds. Nothing when absent. */
  readonly inputs?: readonly ("logits" | Kind)[] | { readonly each: readonly Kind[] };
  /** Makes one. `spec` says what was asked for. */
  make(options: OptionValues<O>, spec: Spec, built: Built): T;
}

/** A factory as data: its name, what it takes, what it makes. What has a spec has one. */
export interface Definition<T = unknown, O extends OptionTable = OptionTable> extends DefinitionData<O, T> {
  /** One from its arguments and its options, as a caller gives them. */
  call(options: object, ...args: unknown[]): T;
  /** One from all of its options by name, as JSON has them. */
  of(options: object, built?: Built): T;
}

/**
 * Defines a factory: from its options as data follow their checks, its spec, and whatever offers it by name.
 *
 * @example An operator
 * ```ts
 * import { define, type Operator, operatorStream } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const scaling = define({
 *   name: "acme:scale",
 *   kind: "operator",
 *   help: "multiplies every logit",
 *   options: { by: { type: "number", argument: true, help: "the factor" } },
 *   make({ by }, spec) {
 *     const operator: Operator = {
 *       spec,
 *       apply: ({ values }) => values.forEach((x, i) => values[i] = x * by),
 *       stream: () => operatorStream([operator]),
 *     };
 *     return operator;
 *   },
 * });
 * const scale = (by: number) => scaling.call({}, by);
 * assertEquals(scale(3).spec.params, { by: 3 });
 * assertEquals(scaling.of({ by: 3 }).spec, scale(3).spec);
 * ```
 *
 * @param data Name, kind, options, and how one is made.
 * @returns The definition.
 */
export function define<const O extends OptionTable, T>(data: DefinitionData<O, T>): Definition<T, O> {
  const { name, options: table } = data;
  const all = Object.keys(table);
  const args = all.filter((option) => table[option].argument);
  const named = all.filter((option) => !table[option].argument);

  function made(spelled: Readonly<Record<string, string>>, given: (option: string) => unknown, built: Built): T {
    const values = Object.fromEntries(
      all.map((option) => [option, checkOption(name, spelled[option] ?? option, table[option], given(option))]),
    ) as unknown as OptionValues<O>;
    return data.make(values, { name, params: paramsOf(name, table, values), inputs: built.specs }, built);
  }

  return {
    ...data,
    call(options, ...values) {
      const { options: read, spelled } = unaliased(name, table, options);
      optionsOf(name, read, named.map((option) => isNeeded(table[option]) ? `${option}!` : option));
      return made(spelled, (option) => table[option].argument ? values[args.indexOf(option)] : read[option], NOTHING);
    },
    of(options, built = NOTHING) {
      const { options: read, spelled } = unaliased(name, table, options);
      optionsOf(name, read, all.map((option) => isNeeded(table[option]) ? `${option}!` : option));
      const missing = all.find((option) => isNeeded(table[option]) && !Object.hasOwn(read, option));
      if (missing === undefined) return made(spelled, (option) => read[option], built);
      throw new ParameterError(`Cannot use ${name} without ${missing}: wanted ${all.join(", ")}`);
    },
  };
}

const NOTHING: Built = { inputs: [], specs: [] };

/** What a spec says of options: JSON. Flags at their default, and what was left out, it leaves out. */
function paramsOf(
  what: string,
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const value = values[name];
    if (value === undefined || (option.type === "flag" && value === option.default)) continue;
    const said = option.write ? option.write(value) : value;
    if (said !== undefined) params[name] = plainData(what, name, said);
  }
  return params;
}
