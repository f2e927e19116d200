import { LOG2_E, ONE, P1, P2, P3, P4, P5, RANGE, SCALE, TABLE } from "./constants.ts";
import { leastLogit, magicOf, multiplyAdd, polynomial, remainder } from "./exp.ts";
import { SCRATCH } from "./lanes.ts";
import { maximumOf } from "./maximum.ts";

/**
 * Writes `e^x / (m 2^E)` for `turns` times eight logits: as the sum kernel weighs them, with `1/m` multiplied into the
 * polynomial's coefficients beforehand. -Infinity gives exactly 0; NaN stays NaN.
 */
function scaleTurns(logits: usize, turns: i32, mapped: usize, inverse: f32, exponent: f32): void {
  const factor = f32x4.splat(inverse);
  const scale = v128.load(TABLE, SCALE);
  const p0 = f32x4.mul(v128.load(TABLE, ONE), factor);
  const p1 = f32x4.mul(v128.load(TABLE, P1), factor);
  const p2 = f32x4.mul(v128.load(TABLE, P2), factor);
  const p3 = f32x4.mul(v128.load(TABLE, P3), factor);
  const p4 = f32x4.mul(v128.load(TABLE, P4), factor);
  const p5 = f32x4.mul(v128.load(TABLE, P5), factor);
  const magic = f32x4.splat(magicOf(exponent));
  const least = f32x4.splat(leastLogit(exponent));
  for (; turns > 0; turns--, logits += 32, mapped += 32) {
    const x = f32x4.pmax(v128.load(logits), least);
    const z = f32x4.pmax(v128.load(logits, 16), least);
    const t = multiplyAdd(x, scale, magic);
    const u = multiplyAdd(z, scale, magic);
    const p = polynomial(remainder(x, t, scale, magic), p0, p1, p2, p3, p4, p5);
    const q = polynomial(remainder(z, u, scale, magic), p0, p1, p2, p3, p4, p5);
    v128.store(mapped, f32x4.mul(p, i32x4.shl(t, 23)));
    v128.store(mapped, f32x4.mul(q, i32x4.shl(u, 23)), 16);
  }
}

/** The last `count < 8` logits, by way of the scratch room. */
function scaleRest(logits: usize, count: i32, mapped: usize, inverse: f32, exponent: f32): void {
  v128.store(SCRATCH, f32x4.splat(0));
  v128.store(SCRATCH, f32x4.splat(0), 16);
  memory.copy(SCRATCH, logits, <usize> count << 2);
  scaleTurns(SCRATCH, 1, SCRATCH + 32, inverse, exponent);
  memory.copy(mapped, SCRATCH + 32, <usize> count << 2);
}

/**
 * Maps tile after tile from tile `tile` on; gives the tile it stops at, because its maximum is beyond the fast path's range or
 * far above the sum, or the number of tiles. The caller has checked that `|exponent|` is in the range too.
 */
export function scaleTiles(
  logits: usize,
  count: i32,
  mapped: usize,
  inverse: f32,
  exponent: f32,
  tile: i32,
): i32 {
  const ceiling = min<f32>(RANGE, (exponent + 120.0) / LOG2_E);
  for (; tile << 10 < count; tile++) {
    const at = logits + (<usize> tile << 12);
    const to = mapped + (<usize> tile << 12);
    const length = min<i32>(count - (tile << 10), 1024);
    if (maximumOf(at, length) > ceiling) return tile;
    const whole = length & ~7;
    scaleTurns(at, length >> 3, to, inverse, exponent);
    if (length > whole) {
      const skip = <usize> whole << 2;
      scaleRest(at + skip, length - whole, to + skip, inverse, exponent);
    }
  }
  return tile;
}
