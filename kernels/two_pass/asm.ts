/**
 * The Two-Pass Softmax paper's kernels, element by element, made mask-safe: every `e^x` is a pair `m 2^n` of float32, never joined.
 *
 * `n = round(x log2 e)`, `r = x - n ln 2` (two constants with fused multiply-add, else three), `m = p(r)` of degree 5. Adding
 * takes `e = max(E, n)` and `M = M 2^(E-e) + m 2^(n-e)`, with differences clamped at -127, where the shifted power is exactly 0.
 * The paper's kernels turn one -Infinity into NaN everywhere; here what lies below the range is clamped and its m made 0.
 * Kept for comparison: the product lifts the pair from the logit to the tile.
 */
import { EXPONENT_RANGE } from "../asm/constants.ts";
import { SCRATCH } from "../asm/lanes.ts";
import { powerOfTwo } from "../asm/row.ts";

const TABLE: usize = memory.data<f32>([
  1.4426950216293335,
  1.4426950216293335,
  1.4426950216293335,
  1.4426950216293335,
  0.9999997019767761,
  0.9999997019767761,
  0.9999997019767761,
  0.9999997019767761,
  0.4999915063381195,
  0.4999915063381195,
  0.4999915063381195,
  0.4999915063381195,
  0.16667652130126953,
  0.16667652130126953,
  0.16667652130126953,
  0.16667652130126953,
  0.04189782217144966,
  0.04189782217144966,
  0.04189782217144966,
  0.04189782217144966,
  0.008289290592074394,
  0.008289290592074394,
  0.008289290592074394,
  0.008289290592074394,
  12582912.0,
  12582912.0,
  12582912.0,
  12582912.0,
  12583039.0,
  12583039.0,
  12583039.0,
  12583039.0,
  -127.0,
  -127.0,
  -127.0,
  -127.0,
  1.0,
  1.0,
  1.0,
  1.0,
  0.6931471824645996,
  0.6931471824645996,
  0.6931471824645996,
  0.6931471824645996,
  -1.9046542121259336e-09,
  -1.9046542121259336e-09,
  -1.9046542121259336e-09,
  -1.9046542121259336e-09,
], 16);
/** Logits at or below minus this are masked; above it the pair is not accurate. */
const RANGE: f32 = ASC_FEATURE_RELAXED_SIMD ? 2097152.0 : 45000.0;
/** Below every exponent in the range. */
const NOTHING: f32 = -4194304.0;

/** `round(x log2 e)`. */
function binades(x: v128): v128 {
  const magic = v128.load(TABLE, 96);
  const scale = v128.load(TABLE);
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.sub(f32x4.relaxed_madd(x, scale, magic), magic);
  return f32x4.sub(f32x4.add(f32x4.mul(x, scale), magic), magic);
}

/** `x - n ln 2`. */
function reduced(x: v128, n: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const r = f32x4.relaxed_nmadd(n, v128.load(TABLE, 160), x);
    return f32x4.relaxed_nmadd(n, v128.load(TABLE, 176), r);
  }
  const r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.69140625)));
  const s = f32x4.sub(r, f32x4.mul(n, f32x4.splat(0.001739501953125)));
  return f32x4.sub(s, f32x4.mul(n, f32x4.splat(1.428606765330187e-06)));
}

function step(p: v128, r: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(p, r, c);
  return f32x4.add(f32x4.mul(p, r), c);
}

/** `e^r`. */
function mantissaOf(r: v128): v128 {
  const high = step(step(v128.load(TABLE, 80), r, v128.load(TABLE, 64)), r, v128.load(TABLE, 48));
  return step(step(step(high, r, v128.load(TABLE, 32)), r, v128.load(TABLE, 16)), r, v128.load(TABLE, 144));
}

/** `2^k` for integers k <= 0; 0 from -127 down. */
function power(k: v128): v128 {
  return i32x4.shl(f32x4.add(f32x4.pmax(v128.load(TABLE, 128), k), v128.load(TABLE, 112)), 23);
}

let sumMantissa: f64 = 0;
let sumExponent: f64 = 0;

/** Adds `m 2^e` to the sum so far. */
function addPair(m: f32, e: f32): void {
  if (m == 0) return;
  const top = max<f64>(sumExponent, <f64> e);
  sumMantissa = sumMantissa * shrink(sumExponent - top) + <f64> m * shrink(<f64> e - top);
  sumExponent = top;
}

function shrink(k: f64): f64 {
  return k < -1000.0 ? 0 : powerOfTwo(<i32> k);
}

/** Adds at most 1,024 logits, a multiple of 4: a pair a lane. */
function addVectors(logits: usize, count: i32): void {
  const least = f32x4.splat(-RANGE);
  let mantissa = f32x4.splat(0);
  let exponent = f32x4.splat(NOTHING);
  for (; count > 0; count -= 4, logits += 16) {
    const logit = v128.load(logits);
    const x = f32x4.pmax(logit, least);
    const n = binades(x);
    const m = v128.andnot(mantissaOf(reduced(x, n)), f32x4.le(logit, least));
    const e = f32x4.pmax(exponent, n);
    const kept = f32x4.mul(mantissa, power(f32x4.sub(exponent, e)));
    mantissa = step(m, power(f32x4.sub(n, e)), kept);
    exponent = e;
  }
  addPair(f32x4.extract_lane(mantissa, 0), f32x4.extract_lane(exponent, 0));
  addPair(f32x4.extract_lane(mantissa, 1), f32x4.extract_lane(exponent, 1));
  addPair(f32x4.extract_lane(mantissa, 2), f32x4.extract_lane(exponent, 2));
  addPair(f32x4.extract_lane(mantissa, 3), f32x4.extract_lane(exponent, 3));
}

/**
 * Writes the mantissa and the exponent of `sum e^x`: lanes in float32 within a tile, tiles in float64. Gives false when nothing is
 * left, or a logit is NaN or above the range: what is written then means nothing.
 */
export function pairSum(logits: usize, count: i32, out: usize): bool {
  sumMantissa = 0;
  sumExponent = <f64> NOTHING;
  for (; count >= 4; count -= 1024, logits += 4096) {
    const whole = min<i32>(count, 1024) & ~3;
    addVectors(logits, whole);
    if (whole < 1024) {
      logits += <usize> whole << 2;
      count -= whole;
      break;
    }
  }
  if (count > 0) {
    v128.store(SCRATCH, f32x4.splat(-Infinity));
    memory.copy(SCRATCH, logits, <usize> count << 2);
    addVectors(SCRATCH, 4);
  }
  f64.store(out, sumMantissa);
  f64.store(out, sumMantissa == 0 ? 0 : sumExponent, 8);
  return sumMantissa > 0 && sumMantissa < Infinity && sumExponent <= <f64> RANGE * 1.4426950408889634;
}

/** Maps at most 1,024 logits, a multiple of 4. */
function scaleVectors(logits: usize, count: i32, mapped: usize, inverse: f32, exponent: f32): void {
  const least = f32x4.splat(-RANGE);
  const factor = f32x4.splat(inverse);
  const reference = f32x4.splat(exponent);
  for (; count > 0; count -= 4, logits += 16, mapped += 16) {
    const x = f32x4.pmax(v128.load(logits), least);
    const n = binades(x);
    const m = f32x4.mul(mantissaOf(reduced(x, n)), factor);
    v128.store(mapped, f32x4.mul(m, power(f32x4.sub(n, reference))));
  }
}

/** Writes `e^x / (mantissa 2^exponent)`; gives false, and writes nothing, for a sum beyond the range. */
export function pairScale(logits: usize, count: i32, mapped: usize, mantissa: f64, exponent: f64): bool {
  if (!(mantissa > 0 && abs(exponent) <= EXPONENT_RANGE)) return false;
  const inverse = <f32> (1.0 / mantissa);
  const reference = <f32> exponent;
  for (; count >= 4; count -= 1024, logits += 4096, mapped += 4096) {
    const whole = min<i32>(count, 1024) & ~3;
    scaleVectors(logits, whole, mapped, inverse, reference);
    if (whole < 1024) {
      const skip = <usize> whole << 2;
      logits += skip;
      mapped += skip;
      count -= whole;
      break;
    }
  }
  if (count > 0) {
    memory.copy(SCRATCH, logits, <usize> count << 2);
    scaleVectors(SCRATCH, 4, SCRATCH + 32, inverse, reference);
    memory.copy(mapped, SCRATCH + 32, <usize> count << 2);
  }
  return true;
}
