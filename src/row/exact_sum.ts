import { wholeFault } from "../core/mod.ts";

const bits = new DataView(new ArrayBuffer(8));

/** The unit of exact numbers: 2^-1074, the smallest float64. */
export const UNIT = 1074;

/**
 * A finite float64 as a whole number of units.
 *
 * @example The smallest float64 is the unit
 * ```ts
 * import { toExact } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toExact(-(2 ** -1074)), -1n);
 * assertEquals(toExact(1), 1n << 1074n);
 * ```
 *
 * @param x A finite number; NaN and the infinities give no meaningful result.
 * @returns `x * 2^1074`, exactly.
 */
export function toExact(x: number): bigint {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const magnitude = biased === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(biased - 1);
  return high >>> 31 ? -magnitude : magnitude;
}

/**
 * `value * 2^-scale` as a float64, truncated: within 1 ulp.
 *
 * @example A sum that float64 addition loses
 * ```ts
 * import { toExact, toNumber, UNIT } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = toExact(2 ** 53) + toExact(1) - toExact(2 ** 53);
 * assertEquals(toNumber(sum, UNIT), 1);
 * ```
 *
 * @param value A whole number.
 * @param scale The power of two to divide by: `UNIT` for exact numbers.
 */
export function toNumber(value: bigint, scale: number): number {
  const magnitude = value < 0n ? -value : value;
  const drop = Math.max(0, magnitude.toString(16).length * 4 - 64);
  let x = Number(magnitude >> BigInt(drop));
  // In two steps: the power alone may be outside float64's range.
  for (let shift = drop - scale; shift !== 0;) {
    const step = Math.max(-1000, Math.min(1000, shift));
    x *= 2 ** step;
    shift -= step;
  }
  return value < 0n ? -x : x;
}

/** Binary digits of the largest float64, in units. */
const MOST_BITS = 1024 + UNIT;

/** How many finite numbers were added, their sum in units, and the sum of their squares in units squared. */
export interface ExactSums {
  /** How many. */
  readonly count: number;
  /** Their sum. */
  readonly sum: bigint;
  /** The sum of their squares. */
  readonly squares: bigint;
}

/**
 * What is wrong with exact sums that a saved state holds: for `validate` of a reducer.
 *
 * @example The sum of nothing
 * ```ts
 * import { exactSumsFault } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exactSumsFault({ count: 0, sum: 0n, squares: 0n }, 9), undefined);
 * assertEquals(exactSumsFault({ count: 0, sum: 1n, squares: 1n }, 9), "the sums are larger than those of 0 numbers can be");
 * ```
 *
 * @param sums The sums.
 * @param most How many numbers there are, those that are not finite included.
 * @returns What was found; `undefined` if numbers can give it.
 */
export function exactSumsFault({ count, sum, squares }: ExactSums, most: number): string | undefined {
  const fault = wholeFault("count", count, 0, most);
  if (fault) return fault;
  // Twice what is possible: a tile's own sums are rounded.
  const bound = BigInt(2 * count) << BigInt(MOST_BITS), magnitude = sum < 0n ? -sum : sum;
  if (magnitude <= bound && squares >= 0n && squares <= bound << BigInt(MOST_BITS)) return undefined;
  return squares < 0n ? "the sum of squares is negative" : `the sums are larger than those of ${count} numbers can be`;
}
