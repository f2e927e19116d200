const bits = new DataView(new ArrayBuffer(8));

/** The unit of exact numbers: 2^-1074, the smallest float64. */
export const UNIT = 1074;

/** A finite float64 as a whole number of units. */
export function toExact(x: number): bigint {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const magnitude = biased === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(biased - 1);
  return high >>> 31 ? -magnitude : magnitude;
}

/** `value * 2^-scale` as a float64, truncated: within 1 ulp. */
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
