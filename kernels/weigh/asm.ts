/** Weights in float64, where a decision hangs on them. */
import { LN2_64, LOG2_E_64, MAGIC_64, ONE_64, series, TABLE64 } from "../asm/exp64.ts";
import { highPair, paddedWith } from "../asm/lanes.ts";

/** Below this `e^d` is held at `e^-700`, 1e-304: next to nothing beside the largest, which weighs 1. */
const LEAST: f64 = -700.0;

/** `e^d` of two lanes of -700 to 0: to 1e-12. */
function powerOf(d: v128): v128 {
  const magic = v128.load(TABLE64, MAGIC_64);
  const t = f64x2.add(f64x2.mul(d, v128.load(TABLE64, LOG2_E_64)), magic);
  const r = f64x2.sub(d, f64x2.mul(f64x2.sub(t, magic), v128.load(TABLE64, LN2_64)));
  const one = v128.load(TABLE64, ONE_64);
  return f64x2.mul(i64x2.add(i64x2.shl(t, 52), one), f64x2.add(series(r), one));
}

/** All ones in the lanes of `low <= x < high`. */
function inside(x: v128, low: v128, high: v128): v128 {
  return v128.and(f64x2.ge(x, low), f64x2.lt(x, high));
}

function sumOf(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/**
 * Of the logits of `low <= x < high` writes four float64: how many there are, `sum w`, `sum w d` and `sum w^2`, with
 * `d = (x - top) / by` and `w = e^d`. `top` is at least any of them. Cost: 2 ns a logit
 * of the range, a third of that for others.
 */
export function weigh(logits: usize, count: i32, low: f64, high: f64, top: f64, by: f64, out: usize): void {
  const lows = f64x2.splat(low);
  const highs = f64x2.splat(high);
  const tops = f64x2.splat(top);
  const inverses = f64x2.splat(1.0 / by);
  const least = f64x2.splat(LEAST);
  const one = v128.load(TABLE64, ONE_64);
  let n = f64x2.splat(0);
  let m = n;
  let h = n;
  let q = n;
  for (; count > 0; count -= 4, logits += 16) {
    // NaN is in no range; -Infinity would be in one without a lower end.
    const x = v128.load(count < 4 ? paddedWith(NaN, logits, count) : logits);
    const a = f64x2.promote_low_f32x4(x);
    const b = f64x2.promote_low_f32x4(highPair(x));
    const inA = inside(a, lows, highs);
    const inB = inside(b, lows, highs);
    // High ranges hold few logits: most vectors have none.
    if (!v128.any_true(v128.or(inA, inB))) continue;
    const dA = f64x2.pmax(least, f64x2.mul(f64x2.sub(a, tops), inverses));
    const dB = f64x2.pmax(least, f64x2.mul(f64x2.sub(b, tops), inverses));
    const wA = v128.and(inA, powerOf(dA));
    const wB = v128.and(inB, powerOf(dB));
    n = f64x2.add(n, f64x2.add(v128.and(inA, one), v128.and(inB, one)));
    m = f64x2.add(m, f64x2.add(wA, wB));
    // Outside the range w is 0, but d may be infinite.
    h = f64x2.add(h, f64x2.add(f64x2.mul(wA, v128.and(inA, dA)), f64x2.mul(wB, v128.and(inB, dB))));
    q = f64x2.add(q, f64x2.add(f64x2.mul(wA, wA), f64x2.mul(wB, wB)));
  }
  f64.store(out, sumOf(n));
  f64.store(out, sumOf(m), 8);
  f64.store(out, sumOf(h), 16);
  f64.store(out, sumOf(q), 24);
}
