/** The most items of a list. */
const MOST = 2 ** 32 - 1;

/** A copy of a list, or of what is like one; `undefined` where it is neither. */
export function numbersOf(value: unknown): number[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { length } = value as ArrayLike<number>;
  return Number.isSafeInteger(length) && length >= 0 && length <= MOST
    ? Array.from(value as ArrayLike<number>)
    : undefined;
}
