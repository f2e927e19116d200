/** A plain read. */

/** The sum of the logits in four times four float32 lanes: a plain read, the yardstick of the benches. */
export function read(logits: usize, count: i32): f64 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (; count >= 16; count -= 16, logits += 64) {
    a = f32x4.add(a, v128.load(logits));
    b = f32x4.add(b, v128.load(logits, 16));
    c = f32x4.add(c, v128.load(logits, 32));
    d = f32x4.add(d, v128.load(logits, 48));
  }
  const v = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  let sum = <f64> f32x4.extract_lane(v, 0) + <f64> f32x4.extract_lane(v, 1) + <f64> f32x4.extract_lane(v, 2) +
    <f64> f32x4.extract_lane(v, 3);
  for (; count > 0; count--, logits += 4) sum += <f64> f32.load(logits);
  return sum;
}
