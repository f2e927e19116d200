/** The softmax from stored weights, once the sum is known: a factor a tile. */
import { LEAST_SHARE, LEAST_SHARES, TABLE } from "../asm/constants.ts";
import { noLess } from "../asm/exp.ts";
import { TILE, TILE_BYTES } from "../asm/lanes.ts";
import { powerOfTwo, REFERENCE, ROW } from "../asm/row.ts";
import { probabilities } from "../probabilities/asm.ts";

/** From so many binades below the sum on a tile's factor could be subnormal, and lose digits: it is applied as two. */
const FAR: f64 = -64.0;
/** The first of them, in binades: the second, of what is not so far below that all is 0, is normal. */
const FIRST: i32 = -60;
/** Nothing of a tile that lies lower reaches the least share. */
const LOWEST: f64 = -186.0;
const HIGHEST: f64 = 127.0;

/** `weight * first * factor`; what is below the least share is 0. */
function shareOne(weight: f32, first: f32, factor: f32): f32 {
  const share = weight * first * factor;
  return share < LEAST_SHARE ? 0 : share;
}

/** One tile by one factor. */
function shareNear(weights: usize, count: i32, mapped: usize, factor: f32): void {
  const f = f32x4.splat(factor);
  const least = v128.load(TABLE, LEAST_SHARES);
  for (; count >= 16; count -= 16, weights += 64, mapped += 64) {
    const a = f32x4.mul(v128.load(weights), f);
    const b = f32x4.mul(v128.load(weights, 16), f);
    const c = f32x4.mul(v128.load(weights, 32), f);
    const d = f32x4.mul(v128.load(weights, 48), f);
    v128.store(mapped, noLess(a, least));
    v128.store(mapped, noLess(b, least), 16);
    v128.store(mapped, noLess(c, least), 32);
    v128.store(mapped, noLess(d, least), 48);
  }
  for (; count > 0; count--, weights += 4, mapped += 4) f32.store(mapped, shareOne(f32.load(weights), 1, factor));
}

/** One tile by two factors, of which the first is a power of two: rounded once, as the first product is exact where it matters. */
function shareFar(weights: usize, count: i32, mapped: usize, first: f32, factor: f32): void {
  const e = f32x4.splat(first);
  const f = f32x4.splat(factor);
  const least = v128.load(TABLE, LEAST_SHARES);
  for (; count >= 4; count -= 4, weights += 16, mapped += 16) {
    v128.store(mapped, noLess(f32x4.mul(f32x4.mul(v128.load(weights), e), f), least));
  }
  for (; count > 0; count--, weights += 4, mapped += 4) f32.store(mapped, shareOne(f32.load(weights), first, factor));
}

/** One tile whose reference lies `distance` binades above the sum's exponent. */
function shareTile(weights: usize, count: i32, mapped: usize, inverse: f32, distance: f64): void {
  const binades = <i32> min<f64>(max<f64>(distance, LOWEST), HIGHEST);
  if (distance >= FAR) shareNear(weights, count, mapped, <f32> (<f64> inverse * powerOfTwo(binades)));
  else shareFar(weights, count, mapped, <f32> powerOfTwo(FIRST), <f32> (<f64> inverse * powerOfTwo(binades - FIRST)));
}

/** Shares out tile after tile; gives how many weights are done: all, or those before the first tile of logits that the fast path cannot do. */
export function share(weights: usize, count: i32, table: usize, mapped: usize, mantissa: f64, exponent: f64): i32 {
  const inverse = mantissa > 0 ? <f32> (1.0 / mantissa) : <f32> NaN;
  for (let done = 0; done < count; done += TILE, weights += TILE_BYTES, table += ROW, mapped += TILE_BYTES) {
    const tile = min<i32>(count - done, TILE);
    const reference = f64.load(table, REFERENCE);
    if (reference == reference) shareTile(weights, tile, mapped, inverse, reference - exponent);
    else if (probabilities(weights, tile, mapped, mantissa, exponent) < tile) return done;
  }
  return count;
}
