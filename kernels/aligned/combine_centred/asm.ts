/** An affine combination of two streams, each from its tile's largest logit. */
import { highPair, joinPairs, paddedTo, SCRATCH, TILE, TILE_BYTES } from "../../asm/lanes.ts";
import { MAXIMUM, ROW } from "../../asm/row.ts";

/** Four logits a time; the last ones by way of the scratch room. */
function combineTile(
  logits: usize,
  other: usize,
  count: i32,
  m: f64,
  m2: f64,
  by: f64,
  otherBy: f64,
  mapped: usize,
): void {
  const tops = f64x2.splat(m);
  const otherTops = f64x2.splat(m2);
  const factors = f64x2.splat(by);
  const otherFactors = f64x2.splat(otherBy);
  const masked = f32x4.splat(-Infinity);
  for (; count > 0; count -= 4, logits += 16, other += 16, mapped += 16) {
    const whole = count >= 4;
    const x = v128.load(whole ? logits : paddedTo(SCRATCH, 0, logits, count));
    const t = v128.load(whole ? other : paddedTo(SCRATCH, 0, other, count));
    const low = f64x2.add(
      f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(x), tops), factors),
      f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(t), otherTops), otherFactors),
    );
    const high = f64x2.add(
      f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(highPair(x)), tops), factors),
      f64x2.mul(f64x2.sub(f64x2.promote_low_f32x4(highPair(t)), otherTops), otherFactors),
    );
    const sum = joinPairs(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high));
    // Infinity less infinity: one stream is masked with a factor above 0, the other with one below.
    const value = v128.bitselect(sum, masked, f32x4.eq(sum, sum));
    if (whole) v128.store(mapped, value);
    else {
      v128.store(SCRATCH, value);
      memory.copy(mapped, SCRATCH, <usize> count << 2);
    }
  }
}

function topOf(table: usize): f64 {
  const maximum = f64.load(table, MAXIMUM);
  return maximum > -Infinity ? maximum : 0;
}

/** Combines tile after tile. */
export function combineCentred(
  logits: usize,
  other: usize,
  count: i32,
  table: usize,
  otherTable: usize,
  by: f64,
  otherBy: f64,
  mapped: usize,
): void {
  for (; count > 0; count -= TILE, table += ROW, otherTable += ROW) {
    combineTile(logits, other, min<i32>(count, TILE), topOf(table), topOf(otherTable), by, otherBy, mapped);
    logits += TILE_BYTES;
    other += TILE_BYTES;
    mapped += TILE_BYTES;
  }
}
