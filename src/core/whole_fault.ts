import { shown } from "./shown.ts";

/**
 * What is wrong with a number of a saved state that must be whole and within bounds: for `validate` of a reducer.
 *
 * @example A size that no state has
 * ```ts
 * import { wholeFault } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(wholeFault("size", 3, 0, 4), undefined);
 * assertEquals(wholeFault("size", 9e15, 0, 4), "size is 9000000000000000, wanted a whole number from 0 to 4");
 * ```
 *
 * @param what What the fault calls it.
 * @param value The number.
 * @param least The smallest that will do.
 * @param most The largest.
 * @returns What was found and what was wanted; `undefined` if it will do.
 */
export function wholeFault(what: string, value: number, least: number, most: number): string | undefined {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return undefined;
  const wanted = least === most ? `${least}` : `a whole number from ${least} to ${most}`;
  return `${what} is ${shown(value)}, wanted ${wanted}`;
}
