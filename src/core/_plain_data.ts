import { ParameterError } from "./errors.ts";
import { shown } from "./shown.ts";

/**
 * What a spec says of an option, frozen: a list in it may be the one that is worked with. Refuses what does not come back from JSON, as
 * NaN and Infinity do not.
 */
export function plainData(what: string, name: string, value: unknown): unknown {
  if (typeof value === "number" ? Number.isFinite(value) : value === null || /^(string|boolean)$/.test(typeof value)) {
    return value;
  }
  const plain = Array.isArray(value) || Object.prototype.toString.call(value) === "[object Object]";
  if (!plain) throw new ParameterError(`Cannot use ${what} with ${name} = ${shown(value)}: wanted what JSON can say`);
  // Numbers, of which a list of labels has a million, are looked at here.
  for (const part of Array.isArray(value) ? value : Object.values(value as object)) {
    if (!Number.isFinite(part)) plainData(what, name, part);
  }
  return Object.freeze(value);
}
