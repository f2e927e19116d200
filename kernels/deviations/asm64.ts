/** What mean and variance of the float64 logits of a tile are made of. */
import { writeDeviations } from "../asm/deviations.ts";

function firstFinite64(logits: usize, end: usize): f64 {
  for (; logits < end; logits += 8) {
    const x = f64.load(logits);
    if (x - x == 0) return x;
  }
  return 0;
}

/** As of float32 logits, a pair of lanes after the other. */
export function deviations64(logits: usize, count: i32, out: usize): void {
  const end = logits + (<usize> count << 3);
  const first = firstFinite64(logits, end);
  const centre = f64x2.splat(first);
  const zero = f64x2.splat(0);
  const nothing = f64x2.splat(NaN);
  let least = centre;
  let finite = zero;
  let sum: f64 = 0, square: f64 = 0, halfSum: f64 = 0, halfSquare: f64 = 0;
  for (let lanes: usize = 0; lanes < 64; lanes += 16) {
    let a = zero;
    let e = zero;
    for (let at = logits + lanes; at < end; at += 64) {
      const x = end - at < 16 ? v128.load64_lane(at, nothing, 0) : v128.load(at);
      const is = f64x2.eq(f64x2.sub(x, x), zero);
      finite = i64x2.sub(finite, is);
      const y = v128.bitselect(x, centre, is);
      least = f64x2.pmin(least, y);
      const d = f64x2.sub(y, centre);
      a = f64x2.add(a, d);
      e = f64x2.add(e, f64x2.mul(d, d));
    }
    const s = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
    const q = f64x2.extract_lane(e, 0) + f64x2.extract_lane(e, 1);
    if ((lanes & 16) == 0) {
      halfSum = s;
      halfSquare = q;
    } else {
      halfSum += s;
      halfSquare += q;
      sum = lanes < 32 ? halfSum : sum + halfSum;
      square = lanes < 32 ? halfSquare : square + halfSquare;
    }
  }
  const found = <i32> (i64x2.extract_lane(finite, 0) + i64x2.extract_lane(finite, 1));
  const minimum = min<f64>(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  writeDeviations(out, found, first, sum, square, minimum);
}
