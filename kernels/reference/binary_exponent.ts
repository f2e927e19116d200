import { leadingBits } from "./elementary.ts";

/** A base of exponents, `2^(hi + lo)`: a logit x weighs `2^(x * (hi + lo))`. */
export interface Base {
  /** The leading part. */
  readonly hi: number;
  /** What the leading part lacks. */
  readonly lo: number;
}

/** The exponent of one logit, `x * (hi + lo) = n + f`. */
export interface BinaryExponent {
  /** The integer nearest to it. */
  n: number;
  /** The rest, in [-1/2, 1/2] up to rounding. */
  f: number;
}

/** log2(e) to 106 bits. */
export const LOG2_E_PAIR: Base = { hi: 1.4426950408889634, lo: 2.0355273740931033e-17 };

/** Logits of greater magnitude are only ordered, no longer measured. */
const FAR = 2 ** 50;
const FAR_BITS = leadingBits(FAR);
const ROUND = 6755399441055744;
const SPLITTER = 134217729;

/**
 * Splits `y = x * (hi + lo)` into the nearest integer n and the rest f, for a finite x, to about 2^-52 of f.
 *
 * The product is exact (Dekker's two-product), so that neither large logits nor common offsets cost accuracy.
 * Beyond `|x| = 2^50` two different logits weigh either the same or as good as nothing beside each other, and y would
 * lose the units digit; there n becomes an ordinal that keeps the order and leaves at least 64 binades between any two
 * that differ in their leading 37 bits (any two different float32). So |n| stays below 2^53, and sums of ties stay exact.
 */
export function binaryExponent(x: number, base: Base, out: BinaryExponent): void {
  if (x > FAR || x < -FAR) {
    const rank = 2 ** 51 + (leadingBits(x) - FAR_BITS) * 64;
    out.n = x < 0 ? -rank : rank;
    out.f = 0;
    return;
  }
  const { hi, lo } = base;
  const p = x * hi;
  const n = p < 2 ** 50 && p > -(2 ** 50) ? p + ROUND - ROUND : Math.round(p);
  const xc = x * SPLITTER;
  const xh = xc - (xc - x);
  const xl = x - xh;
  const hc = hi * SPLITTER;
  const hh = hc - (hc - hi);
  const hl = hi - hh;
  const error = xl * hl - (p - xh * hh - xl * hh - xh * hl);
  out.n = n;
  out.f = (p - n) + (error + x * lo);
}
