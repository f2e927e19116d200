/** The softmax of float64 logits, to the bits of the reference. */
import { BLOCK_64, FAR_64, weights64 } from "../asm/exact.ts";
import { TILE } from "../asm/lanes.ts";
import { maximumOf64, TILE_BYTES_64, wasUnordered } from "../asm/lanes64.ts";
import { shareTile64 } from "../asm/share64.ts";

/** A weight relative to the sum below this gives less than the least share. */
const LOWEST: f64 = -1020.0;
/** As far above the sum weights are powers that exist. */
const HIGHEST: f64 = 1000.0;

/** Maps tile after tile; gives how many logits are done: all, or those before the first tile that the fast path cannot do. */
export function probabilities64(logits: usize, count: i32, mapped: usize, mantissa: f64, exponent: f64): i32 {
  if (!(abs(exponent) <= FAR_64 && mantissa >= 1.0)) return 0;
  for (let done = 0; done < count; done += TILE, logits += TILE_BYTES_64, mapped += TILE_BYTES_64) {
    const tile = min<i32>(count - done, TILE);
    const maximum = maximumOf64(logits, tile);
    if (wasUnordered() || maximum > FAR_64 || maximum * 1.4426950408889634 - exponent > HIGHEST) return done;
    for (let at = 0; at < tile; at += BLOCK_64) {
      const skip = <usize> at << 3;
      weights64(logits + skip, min<i32>(tile - at, BLOCK_64), exponent, LOWEST, mapped + skip);
    }
    shareTile64(mapped, tile, mapped, 0, mantissa);
  }
  return count;
}
