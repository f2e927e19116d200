/**
 * Where the first number of at least `least` stands in an ascending list.
 *
 * @example Between two, and past the end
 * ```ts
 * import { firstAt } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([firstAt([2, 5, 7], 5), firstAt([2, 5, 7], 6), firstAt([2, 5, 7], 9)], [1, 2, 3]);
 * ```
 *
 * @param list The numbers, ascending.
 * @param least What is looked for.
 * @returns Its place; the length where there is none. Cost: O(log n).
 */
export function firstAt(list: ArrayLike<number>, least: number): number {
  let from = 0, to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (list[middle] < least) from = middle + 1;
    else to = middle;
  }
  return from;
}
