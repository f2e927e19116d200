/** The softmax, once the sum is known. */
import { EXPONENT_RANGE, LOG2_E, ONE, P1, P2, P3, P4, P5, RANGE, SCALE, TABLE } from "../asm/constants.ts";
import { leastLogit, magicOf, multiplyAdd, polynomial, remainder } from "../asm/exp.ts";
import { SCRATCH, TILE, TILE_BYTES } from "../asm/lanes.ts";
import { maximumOf } from "../asm/maximum.ts";

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

/** Maps one tile. */
function scaleTile(logits: usize, count: i32, mapped: usize, inverse: f32, exponent: f32): void {
  scaleTurns(logits, count >> 3, mapped, inverse, exponent);
  const skip = <usize> (count & ~7) << 2;
  if ((count & 7) != 0) scaleRest(logits + skip, count & 7, mapped + skip, inverse, exponent);
}

/**
 * Maps tile after tile; gives how many logits are done: all, or those before the first tile that the fast path cannot do, because
 * its maximum or the sum is beyond the range, or it lies far above the sum.
 */
export function probabilities(logits: usize, count: i32, mapped: usize, mantissa: f64, exponent: f64): i32 {
  const inverse = 1.0 / mantissa;
  if (!(abs(exponent) <= EXPONENT_RANGE && inverse > 0 && inverse <= 1.0)) return 0;
  const reference = <f32> exponent;
  const ceiling = min<f32>(RANGE, (reference + 120.0) / LOG2_E);
  let done = 0;
  for (; done < count; done += TILE, logits += TILE_BYTES, mapped += TILE_BYTES) {
    const tile = min<i32>(count - done, TILE);
    if (maximumOf(logits, tile) > ceiling) return done;
    scaleTile(logits, tile, mapped, <f32> inverse, reference);
  }
  return count;
}
