const bits = new DataView(new ArrayBuffer(8));

/** The unit of exact numbers: 2^-1074, the smallest float64. */
export const UNIT = 1074;

/**
 * A finite float64 as a whole number of units.
 *
 * @example The smallest float64 is the unit
 * ```ts
 * import { toExact } from "@sluice/sluice/core";
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
 * import { toExact, toNumber, UNIT } from "@sluice/sluice/core";
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
