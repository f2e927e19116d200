import { expTail, ln } from "../../reference/elementary.ts";

/** How numbers of a width are rounded, and the two functions that have a series. */
export interface Arithmetic {
  readonly round: (x: number) => number;
  /** The greatest number. */
  readonly most: number;
  /** The least normal one. */
  readonly least: number;
  /** How far the series of `e^-d - 1 + d` reaches. */
  readonly near: number;
  /** That series. */
  relative(d: number): number;
  /** `ln(m / hi)`, m from half of hi up to hi; of two that are 0 it is 0. */
  logRatio(m: number, hi: number): number;
  /** `ln u` of a positive number. */
  logarithm(u: number): number;
}

/** Float64, by definition. */
export const WIDE: Arithmetic = {
  round: (x) => x,
  most: Number.MAX_VALUE,
  least: 2.2250738585072014e-308,
  near: 0.35,
  relative: (d) => expTail(-d),
  logRatio: (m, hi) => hi > 0 ? ln(m / hi) : 0,
  logarithm: ln,
};

const round = Math.fround;
const float = new Float32Array(1), bits = new Int32Array(float.buffer);
const LN2 = round(Math.LN2);
const AREA = [1, 1 / 3, 1 / 5, 1 / 7, 1 / 9].map(round);
const LONG_AREA = [...AREA, round(1 / 11)];
const TAIL = [1 / 2, -1 / 6, 1 / 24, -1 / 120, 1 / 720, -1 / 5040, 1 / 40320].map(round);
/** The bits of the square root of 1/2: mantissas are taken from there up to twice as much. */
const ROOT_HALF = 0x3f3504f3;

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, c) => round(round(sum * x) + c));
}

/** Float32, step by step as the binaries do it. */
export const NARROW: Arithmetic = {
  round,
  most: 3.4028234663852886e38,
  least: 1.1754943508222875e-38,
  near: 0.5,
  relative: (d) => round(round(d * d) * horner(TAIL, d)),
  logRatio(m, hi) {
    const both = round(m + hi);
    const s = round(round(m - hi) / (both < NARROW.least ? NARROW.least : both)), z = round(s * s);
    return round(round(s + s) * horner(LONG_AREA, z));
  },
  logarithm(u) {
    float[0] = u;
    const k = (bits[0] - ROOT_HALF) >> 23;
    bits[0] -= k << 23;
    const m = float[0];
    const s = round(round(m - 1) / round(m + 1)), z = round(s * s);
    return round(round(k * LN2) + round(round(s + s) * horner(AREA, z)));
  },
};
