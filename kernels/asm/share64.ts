/** Shares of one tile of float64 weights, to the bits of the reference. */
import { powerOfTwo } from "./row.ts";

/** The least share that is written, 2^-1015: what is less is 0. */
const LEAST: f64 = 2.848094538889218e-306;
/** Beyond it all is 0, or infinite. */
const FARTHEST: f64 = 2000.0;

/** One tile whose reference lies `distance` binades above the sum's exponent: by the power in two halves, as it alone may not exist. */
export function shareTile64(weights: usize, count: i32, mapped: usize, distance: f64, mantissa: f64): void {
  const binades = <i32> min<f64>(max<f64>(distance, -FARTHEST), FARTHEST);
  const half = binades / 2;
  const first = f64x2.splat(powerOfTwo(half));
  const second = f64x2.splat(powerOfTwo(binades - half));
  const sum = f64x2.splat(mantissa > 0 ? mantissa : NaN);
  const least = f64x2.splat(LEAST);
  for (; count > 0; count -= 2, weights += 16, mapped += 16) {
    const w = count == 1 ? v128.load64_splat(weights) : v128.load(weights);
    const share = f64x2.div(f64x2.mul(f64x2.mul(w, first), second), sum);
    const written = v128.andnot(share, f64x2.lt(share, least));
    if (count == 1) f64.store(mapped, f64x2.extract_lane(written, 0));
    else v128.store(mapped, written);
  }
}
