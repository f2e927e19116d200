/**
 * The float64 reference's exponential on two lanes, step by step as `reference/binary_exponent.ts` and `reference/elementary.ts` have it:
 * plain products and sums in their order, so the same bits on every build.
 */
import { SCRATCH } from "./lanes.ts";

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
/** Logits of a block: what is known of it lies in the scratch room. */
export const BLOCK_64: i32 = 128;
/** Room for its weights. */
export const WEIGHTS_64: usize = SCRATCH;
const FRACTIONS: usize = SCRATCH + 1024;
const EXPONENTS: usize = SCRATCH + 2048;
/** Greatest magnitude of a maximum, or of a sum's exponent, on the fast path: below it the reference measures, and rounds as is done here. */
export const FAR_64: f64 = 562949953421312.0;

function constant(index: usize): v128 {
  return v128.load64_splat(TABLE + (index << 3));
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

/** One block: `k = n - N` and `f` of each logit, to the scratch room. */
function split(logits: usize, count: i32, reference: f64): void {
  const round = constant(5);
  const hi = constant(0);
  const n = f64x2.splat(reference);
  // Far below the lowest: what it stands for, -Infinity too, weighs 0, and is of a size that is split well.
  const least = f64x2.splat((reference - 1100.0) / LOG2_E);
  for (let at = FRACTIONS; count > 0; count -= 2, logits += 16, at += 16) {
    const x = f64x2.pmax(v128.load(logits), least);
    const p = f64x2.mul(x, hi);
    const whole = f64x2.sub(f64x2.add(p, round), round);
    v128.store(at, f64x2.sub(whole, n), EXPONENTS - FRACTIONS);
    v128.store(at, f64x2.add(f64x2.sub(p, whole), missing(x, p)));
  }
}

function reduced(at: usize): v128 {
  const f = v128.load(at);
  return f64x2.add(f64x2.mul(f, constant(6)), f64x2.mul(f, constant(7)));
}

/** `e^r - 1 - r` of each fraction: four vectors in step, for a step waits for the one before it. */
function tails(count: i32, to: usize): void {
  for (let at = FRACTIONS; count > 0; count -= 8, at += 64, to += 64) {
    const a = reduced(at);
    const b = reduced(at + 16);
    const c = reduced(at + 32);
    const d = reduced(at + 48);
    let p = constant(9);
    let q = p;
    let s = p;
    let t = p;
    for (let next = TABLE + 80; next < TABLE + 176; next += 8) {
      const coefficient = v128.load64_splat(next);
      p = f64x2.add(f64x2.mul(p, a), coefficient);
      q = f64x2.add(f64x2.mul(q, b), coefficient);
      s = f64x2.add(f64x2.mul(s, c), coefficient);
      t = f64x2.add(f64x2.mul(t, d), coefficient);
    }
    v128.store(to, f64x2.mul(f64x2.mul(p, a), a));
    v128.store(to, f64x2.mul(f64x2.mul(q, b), b), 16);
    v128.store(to, f64x2.mul(f64x2.mul(s, c), c), 32);
    v128.store(to, f64x2.mul(f64x2.mul(t, d), d), 48);
  }
}

/** `2^f 2^k` of each, from its tail; 0 where k is below the lowest. */
function powers(count: i32, lowest: f64, to: usize): void {
  const one = constant(8);
  const bias = f64x2.splat(ROUND + 1023.0);
  const low = f64x2.splat(lowest);
  for (let at = FRACTIONS; count > 0; count -= 2, at += 16, to += 16) {
    const f = v128.load(at);
    const k = v128.load(at, EXPONENTS - FRACTIONS);
    const rest = f64x2.add(f64x2.mul(f, constant(7)), v128.load(to));
    const p = f64x2.add(one, f64x2.add(f64x2.mul(f, constant(6)), rest));
    // NaN is not less: it stays.
    v128.store(to, v128.andnot(f64x2.mul(p, i64x2.shl(f64x2.add(k, bias), 52)), f64x2.lt(k, low)));
  }
}

/**
 * One block: writes `2^(y - N)` of each logit to `weights`, which may be `logits`, and 0 of those with an integer exponent below `N + lowest`.
 * No logit is greater than 2^49, or weighs more than 2^1000. In three loops, each with a short chain of dependent steps, so that
 * an engine's window holds enough of them: in one it takes twice the time.
 */
export function weights64(logits: usize, count: i32, reference: f64, lowest: f64, weights: usize): void {
  const whole = (count + 7) & -8;
  const padded = whole != count;
  if (padded) memory.copy(WEIGHTS_64, logits, <usize> count << 3);
  const to = padded ? WEIGHTS_64 : weights;
  split(padded ? WEIGHTS_64 : logits, whole, reference);
  tails(whole, to);
  powers(whole, lowest, to);
  if (padded) memory.copy(weights, to, <usize> count << 3);
}

/** Multiplies each of a block's numbers by the distance `y - N` of its logit. */
export function multiplyDistances(numbers: usize, count: i32): void {
  for (let at = FRACTIONS; count > 0; count -= 2, at += 16, numbers += 16) {
    const d = f64x2.add(v128.load(at, EXPONENTS - FRACTIONS), v128.load(at));
    v128.store(numbers, f64x2.mul(v128.load(numbers), d));
  }
}
