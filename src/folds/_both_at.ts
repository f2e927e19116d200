import { ParameterError } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";

/** Two numbers of an item: both, or `undefined` where it has neither; one alone is refused. */
export function bothAt(what: string, first: string, second: string) {
  const one = numberAt(what, first), other = numberAt(what, second);
  return (item: unknown): readonly [number, number] | undefined => {
    const a = one(item), b = other(item);
    if (a === undefined && b === undefined) return undefined;
    if (a !== undefined && b !== undefined) return [a, b];
    const [found, missing] = a === undefined ? [second, first] : [first, second];
    throw new ParameterError(
      `Cannot use ${what} on an item with "${found}" and without "${missing}": wanted both, or none`,
    );
  };
}
