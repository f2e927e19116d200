import { ParameterError } from "./errors.ts";
import type { Option } from "./option.ts";

/** Options under their own names, and those names under which they were given otherwise. */
export interface Unaliased {
  readonly options: Readonly<Record<string, unknown>>;
  /** The alias by which an option was given. */
  readonly spelled: Readonly<Record<string, string>>;
}

/** The options of a table with their aliases resolved; refuses one that is given by both of its names. */
export function unaliased(what: string, table: Readonly<Record<string, Option>>, options: object): Unaliased {
  const given = Object(options) as Record<string, unknown>;
  const used = Object.entries(table).flatMap(([name, { alias }]) =>
    alias === undefined || given[alias] === undefined ? [] : [[alias, name]]
  );
  if (used.length === 0) return { options: options as Unaliased["options"], spelled: {} };
  const named: Record<string, unknown> = Object.create(null), spelled: Record<string, string> = {};
  // Inherited ones too: they are read as well.
  for (const name in given) named[name] = given[name];
  for (const [alias, name] of used) {
    if (given[name] !== undefined) {
      throw new ParameterError(`Cannot use ${what} with ${alias} and ${name}: they are one option, wanted one of them`);
    }
    named[name] = given[alias];
    delete named[alias];
    spelled[name] = alias;
  }
  return { options: named, spelled };
}
