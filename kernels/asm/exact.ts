/**
 * The float64 reference's exponential on two lanes, step by step as `reference/binary_exponent.ts` and `reference/elementary.ts` have it:
 * plain products and sums in their order, so the same bits on every build.
 */

/** In order: the base's hi and lo, the splitter, hi's two halves, the number that rounds, ln 2 in two parts, 1, then `1/14!` to `1/2!`. */
const TABLE: usize = memory.data<f64>([
  1.4426950408889634,
  2.0355273740931033e-17,
  134217729.0,
  1.4426950514316559,
  -1.0542692496784412e-8,
  6755399441055744.0,
  0.6931471805582987,
  1.6465949582897082e-12,
  1.0,
  1.1470745597729725e-11,
  1.6059043836821613e-10,
  2.08767569878681e-9,
  2.505210838544172e-8,
  2.755731922398589e-7,
  0.0000027557319223985893,
  0.0000248015873015873,
  0.0001984126984126984,
  0.001388888888888889,
  0.008333333333333333,
  0.041666666666666664,
  0.16666666666666666,
  0.5,
], 16);

/** log2 e. */
const LOG2_E: f64 = 1.4426950408889634;
/** 1.5 * 2^52: adding and subtracting it rounds to an integer. */
const ROUND: f64 = 6755399441055744.0;
/** Greatest magnitude of a maximum, or of a sum's exponent, on the fast path: below it the reference measures, and rounds as is done here. */
export const FAR_64: f64 = 562949953421312.0;

function constant(index: usize): v128 {
  return v128.load64_splat(TABLE + (index << 3));
}

function step(p: v128, r: v128, index: usize): v128 {
  return f64x2.add(f64x2.mul(p, r), constant(index));
}

/** The even exponent that a tile of this maximum is relative to: the integer nearest to its own, cut to an even one. */
export function evenExponent64(maximum: f64): f64 {
  return trunc<f64>((maximum * LOG2_E + ROUND - ROUND) * 0.5) * 2.0 + 0.0;
}

/** What `f` misses of a product with hi: Dekker's two-product, then what lo adds. */
function missing(x: v128, p: v128): v128 {
  const xc = f64x2.mul(x, constant(2));
  const xh = f64x2.sub(xc, f64x2.sub(xc, x));
  const xl = f64x2.sub(x, xh);
  const hh = constant(3);
  const hl = constant(4);
  const rest = f64x2.sub(f64x2.sub(f64x2.sub(p, f64x2.mul(xh, hh)), f64x2.mul(xl, hh)), f64x2.mul(xh, hl));
  return f64x2.add(f64x2.sub(f64x2.mul(xl, hl), rest), f64x2.mul(x, constant(1)));
}

/** `2^f` for `|f| <= 1/2`. */
function exp2Fraction(f: v128): v128 {
  const high = f64x2.mul(f, constant(6));
  const low = f64x2.mul(f, constant(7));
  const r = f64x2.add(high, low);
  const a = step(step(step(step(constant(9), r, 10), r, 11), r, 12), r, 13);
  const b = step(step(step(step(a, r, 14), r, 15), r, 16), r, 17);
  const c = step(step(step(step(b, r, 18), r, 19), r, 20), r, 21);
  const tail = f64x2.mul(f64x2.mul(c, r), r);
  return f64x2.add(constant(8), f64x2.add(high, f64x2.add(low, tail)));
}

/**
 * Writes `2^(y - N)` of each logit to `weights`, 0 of those with an integer exponent below `N + lowest`; and `y - N` to `distances`, unless
 * that is 0. Logits are NaN, or at most 2^49, and weigh at most 2^1000. `weights` may be `logits`.
 */
export function weights64(
  logits: usize,
  count: i32,
  reference: f64,
  lowest: f64,
  weights: usize,
  distances: usize,
): void {
  const round = constant(5);
  const hi = constant(0);
  const n = f64x2.splat(reference);
  const bias = f64x2.splat(ROUND + 1023.0);
  const low = f64x2.splat(lowest);
  // Far below the lowest: what it stands for, -Infinity too, weighs 0, and is of a size that is split well.
  const least = f64x2.splat((reference - 1100.0) / LOG2_E);
  for (; count > 0; count -= 2, logits += 16, weights += 16) {
    const x = f64x2.pmax(count == 1 ? v128.load64_splat(logits) : v128.load(logits), least);
    const p = f64x2.mul(x, hi);
    const whole = f64x2.sub(f64x2.add(p, round), round);
    const k = f64x2.sub(whole, n);
    const f = f64x2.add(f64x2.sub(p, whole), missing(x, p));
    const power = i64x2.shl(f64x2.add(k, bias), 52);
    // NaN is not less: it stays.
    const w = v128.andnot(f64x2.mul(exp2Fraction(f), power), f64x2.lt(k, low));
    if (distances != 0) {
      v128.store(distances, f64x2.add(k, f));
      distances += 16;
    }
    if (count == 1) f64.store(weights, f64x2.extract_lane(w, 0));
    else v128.store(weights, w);
  }
}
