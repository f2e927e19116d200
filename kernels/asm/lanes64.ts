/** Float64 logits: their vectors, and the eight lanes of their sums. */

/** Bytes of a tile. */
export const TILE_BYTES_64: usize = 8192;

let unordered: bool = false;

/** Whether what `maximumOf64` read last holds a NaN. */
export function wasUnordered(): bool {
  return unordered;
}

/** The largest of `count` logits, NaN left out; -Infinity of none. */
export function maximumOf64(logits: usize, count: i32): f64 {
  let m0 = f64x2.splat(-Infinity);
  let m1 = m0;
  let nan = f64x2.splat(0);
  for (; count >= 4; count -= 4, logits += 32) {
    const a = v128.load(logits);
    const b = v128.load(logits, 16);
    m0 = f64x2.pmax(m0, a);
    m1 = f64x2.pmax(m1, b);
    nan = v128.or(nan, v128.or(f64x2.ne(a, a), f64x2.ne(b, b)));
  }
  for (; count > 0; count--, logits += 8) {
    const a = v128.load64_splat(logits);
    m0 = f64x2.pmax(m0, a);
    nan = v128.or(nan, f64x2.ne(a, a));
  }
  unordered = v128.any_true(nan);
  m0 = f64x2.pmax(m0, m1);
  return max<f64>(f64x2.extract_lane(m0, 0), f64x2.extract_lane(m0, 1));
}

/** Adds each number to the lane of its position, modulo eight. */
export function addEight(lanes: usize, at: usize, count: i32): void {
  let a = v128.load(lanes);
  let b = v128.load(lanes, 16);
  let c = v128.load(lanes, 32);
  let d = v128.load(lanes, 48);
  for (; count >= 8; count -= 8, at += 64) {
    a = f64x2.add(a, v128.load(at));
    b = f64x2.add(b, v128.load(at, 16));
    c = f64x2.add(c, v128.load(at, 32));
    d = f64x2.add(d, v128.load(at, 48));
  }
  v128.store(lanes, a);
  v128.store(lanes, b, 16);
  v128.store(lanes, c, 32);
  v128.store(lanes, d, 48);
  for (; count > 0; count--, at += 8, lanes += 8) f64.store(lanes, f64.load(lanes) + f64.load(at));
}
