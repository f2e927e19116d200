/** What both kernels of deviations end with. */

function pair(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** `((l0 + l1) + (l2 + l3)) + ((l4 + l5) + (l6 + l7))`. */
export function totalOf(a: v128, b: v128, c: v128, d: v128): f64 {
  return (pair(a) + pair(b)) + (pair(c) + pair(d));
}

/** Adding 0 turns -0 into 0: which of two zeros is the first or the least hangs on the order. */
export function writeDeviations(out: usize, count: i32, centre: f64, first: f64, second: f64, minimum: f64): void {
  f64.store(out, <f64> count);
  f64.store(out, centre + 0.0, 8);
  f64.store(out, first, 16);
  f64.store(out, second, 24);
  f64.store(out, count > 0 ? minimum + 0.0 : Infinity, 32);
}
