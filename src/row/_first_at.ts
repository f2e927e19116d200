/** Where a number of at least `least` first stands in an ascending list; its length if nowhere. */
export function firstAt(list: ArrayLike<number>, least: number): number {
  let from = 0, to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (list[middle] < least) from = middle + 1;
    else to = middle;
  }
  return from;
}
