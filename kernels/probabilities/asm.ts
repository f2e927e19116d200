/** The softmax, once the sum is known. */
import { EXPONENT_RANGE, LEAST_SHARES, LOG2_E, ONE, P1, P2, P3, P4, P5, SCALE, TABLE } from "../asm/constants.ts";
import { leastLogit, magicOf, multiplyAdd, noLess, polynomial, remainder } from "../asm/exp.ts";
import { SCRATCH, TILE, TILE_BYTES } from "../asm/lanes.ts";
import { maximumOf } from "../asm/maximum.ts";
import { powerOfTwo } from "../asm/row.ts";

/**
 * Writes `e^x / (m 2^E)` for `turns` times eight logits: a logit's weight, as the storing sweep has it but against an even reference
 * beside E, times the factor that is left. What the weight is relative to leaves no trace in the product, as long as no weight that counts
 * is subnormal: and none is that gives more than the least share. -Infinity gives exactly 0; NaN stays NaN.
 */
function scaleTurns(logits: usize, turns: i32, mapped: usize, reference: f32, by: f32): void {
  const scale = v128.load(TABLE, SCALE);
  const p0 = v128.load(TABLE, ONE);
  const p1 = v128.load(TABLE, P1);
  const p2 = v128.load(TABLE, P2);
  const p3 = v128.load(TABLE, P3);
  const p4 = v128.load(TABLE, P4);
  const p5 = v128.load(TABLE, P5);
  const magic = f32x4.splat(magicOf(reference));
  const least = f32x4.splat(leastLogit(reference));
  const factor = f32x4.splat(by);
  const leastShare = v128.load(TABLE, LEAST_SHARES);
  for (; turns > 0; turns--, logits += 32, mapped += 32) {
    const x = f32x4.pmax(v128.load(logits), least);
    const z = f32x4.pmax(v128.load(logits, 16), least);
    const t = multiplyAdd(x, scale, magic);
    const u = multiplyAdd(z, scale, magic);
    const p = polynomial(remainder(x, t, scale, magic), p0, p1, p2, p3, p4, p5);
    const q = polynomial(remainder(z, u, scale, magic), p0, p1, p2, p3, p4, p5);
    v128.store(mapped, noLess(f32x4.mul(p, f32x4.mul(i32x4.shl(t, 23), factor)), leastShare));
    v128.store(mapped, noLess(f32x4.mul(q, f32x4.mul(i32x4.shl(u, 23), factor)), leastShare), 16);
  }
}

/** The last `count < 8` logits, by way of the scratch room. */
function scaleRest(logits: usize, count: i32, mapped: usize, reference: f32, by: f32): void {
  v128.store(SCRATCH, f32x4.splat(0));
  v128.store(SCRATCH, f32x4.splat(0), 16);
  memory.copy(SCRATCH, logits, <usize> count << 2);
  scaleTurns(SCRATCH, 1, SCRATCH + 32, reference, by);
  memory.copy(mapped, SCRATCH + 32, <usize> count << 2);
}

/** Maps one tile. */
function scaleTile(logits: usize, count: i32, mapped: usize, reference: f32, by: f32): void {
  scaleTurns(logits, count >> 3, mapped, reference, by);
  const skip = <usize> (count & ~7) << 2;
  if ((count & 7) != 0) scaleRest(logits + skip, count & 7, mapped + skip, reference, by);
}

/**
 * Maps tile after tile; gives how many logits are done: all, or those before the first tile that the fast path cannot do, because
 * the sum is beyond the range, or the tile lies far above it.
 */
export function probabilities(logits: usize, count: i32, mapped: usize, mantissa: f64, exponent: f64): i32 {
  const inverse = 1.0 / mantissa;
  if (!(abs(exponent) <= EXPONENT_RANGE && inverse > 0 && inverse <= 1.0)) return 0;
  const reference = nearest<f64>(exponent * 0.5) * 2.0;
  const by = <f32> (<f64> <f32> inverse * powerOfTwo(<i32> (reference - exponent)));
  const ceiling = (<f32> exponent + 120.0) / LOG2_E;
  let done = 0;
  for (; done < count; done += TILE, logits += TILE_BYTES, mapped += TILE_BYTES) {
    const tile = min<i32>(count - done, TILE);
    if (maximumOf(logits, tile) > ceiling) return done;
    scaleTile(logits, tile, mapped, <f32> reference, by);
  }
  return count;
}
