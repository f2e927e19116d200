/** What mean and variance of the logits of a tile are made of. */
import { addCounts, countMask, highPair, LANES, paddedWith } from "../asm/lanes.ts";
import { totalOf, writeDeviations } from "../asm/deviations.ts";

function firstFinite(logits: usize, count: i32): f32 {
  for (; count > 0; count--, logits += 4) {
    const x = f32.load(logits);
    if (x - x == 0) return x;
  }
  return 0;
}

/** Writes how many logits are finite, the first of them c, `sum d` and `sum d^2` with `d = x - c`, and the least. */
export function deviations(logits: usize, count: i32, out: usize): void {
  const first = firstFinite(logits, count);
  const nearest = f32x4.splat(first);
  const centre = f64x2.splat(<f64> first);
  const zero = f32x4.splat(0);
  let least = nearest;
  let finite = i32x4.splat(0);
  let a = f64x2.splat(0);
  let b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  for (; count > 0; count -= LANES, logits += 32) {
    const at = count < LANES ? paddedWith(NaN, logits, count) : logits;
    const x = v128.load(at);
    const z = v128.load(at, 16);
    const isX = f32x4.eq(f32x4.sub(x, x), zero);
    const isZ = f32x4.eq(f32x4.sub(z, z), zero);
    finite = countMask(countMask(finite, isX), isZ);
    // In the place of others the centre itself: it adds 0.
    const low = v128.bitselect(x, nearest, isX);
    const high = v128.bitselect(z, nearest, isZ);
    least = f32x4.pmin(f32x4.pmin(least, low), high);
    const p = f64x2.sub(f64x2.promote_low_f32x4(low), centre);
    const q = f64x2.sub(f64x2.promote_low_f32x4(highPair(low)), centre);
    const r = f64x2.sub(f64x2.promote_low_f32x4(high), centre);
    const s = f64x2.sub(f64x2.promote_low_f32x4(highPair(high)), centre);
    a = f64x2.add(a, p);
    b = f64x2.add(b, q);
    c = f64x2.add(c, r);
    d = f64x2.add(d, s);
    e = f64x2.add(e, f64x2.mul(p, p));
    f = f64x2.add(f, f64x2.mul(q, q));
    g = f64x2.add(g, f64x2.mul(r, r));
    h = f64x2.add(h, f64x2.mul(s, s));
  }
  const low = min<f32>(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1));
  const minimum = min<f32>(low, min<f32>(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3)));
  writeDeviations(out, addCounts(finite), <f64> first, totalOf(a, b, c, d), totalOf(e, f, g, h), <f64> minimum);
}
