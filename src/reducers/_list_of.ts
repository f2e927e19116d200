import { ParameterError, shown } from "../core/mod.ts";

/** A copy of a list of ids; refuses what is no list. */
export function listOf(what: string, ids: ArrayLike<number>): number[] {
  if (typeof ids === "object" && ids !== null && ids.length >= 0 && ids.length < 2 ** 32) return Array.from(ids);
  throw new ParameterError(`Cannot use ${shown(ids)} in ${what}: wanted a list of ids`);
}
