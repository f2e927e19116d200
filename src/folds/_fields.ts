import { ParameterError, shown } from "../core/mod.ts";

/** Finds a value in an item by its path: `"y.logprob"` is `item.y.logprob`, `"top.0.id"` the first of a list. Absent along the way: `undefined`. */
export function valueAt(path: string): (item: unknown) => unknown {
  const names = path.split("."), [first, second] = names;
  // The two shapes that rows have are written out: a loop over names costs each row as much as the rest of its fold.
  if (names.length === 1) return (item) => fieldOf(item, first);
  if (names.length === 2) return (item) => fieldOf(fieldOf(item, first), second);
  return (item) => names.reduce(fieldOf, item);
}

function fieldOf(item: unknown, name: string): unknown {
  if (item === undefined || item === null) return undefined;
  return (item as Record<string, unknown>)[name] ?? undefined;
}

/** A number of an item, or `undefined` where the item has none; anything else is refused. */
export function numberAt(what: string, path: string): (item: unknown) => number | undefined {
  return typedAt<number>(what, path, "number", "a number");
}

/** A truth of an item, or `undefined`. */
export function flagAt(what: string, path: string): (item: unknown) => boolean | undefined {
  return typedAt<boolean>(what, path, "boolean", "true or false");
}

function typedAt<T>(what: string, path: string, type: string, wanted: string) {
  const find = valueAt(path);
  return (item: unknown): T | undefined => {
    const value = find(item);
    if (value === undefined || typeof value === type) {
      // A number for an item would have no fields at all, and count for nothing in silence.
      if (typeof item === "object" && item !== null) return value as T | undefined;
      throw new ParameterError(`Cannot use ${what} on ${shown(item)}: wanted an object with "${path}"`);
    }
    throw new ParameterError(
      `Cannot use ${what} on an item whose "${path}" is ${shown(value)}: wanted ${wanted}`,
    );
  };
}

/** A probability of an item, or `undefined`; NaN passes, to be counted. */
export function probabilityAt(what: string, path: string): (item: unknown) => number | undefined {
  const find = numberAt(what, path);
  return (item) => {
    const value = find(item);
    if (value === undefined || Number.isNaN(value) || (value >= 0 && value <= 1)) return value;
    throw new ParameterError(
      `Cannot use ${what} on an item whose "${path}" is ${shown(value)}: wanted a probability, from 0 to 1`,
    );
  };
}
