/** Short rows, one tile each: what sweep and total tell of them, a row after the other. */
import { SCRATCH } from "../asm/lanes.ts";
import { EXPONENT, MANTISSA, MAXIMUM } from "../asm/row.ts";
import { sumTile } from "../sweep/sum/asm.ts";

/** The row of a table for the tile in hand, behind what the sweep pads there. */
const TILE_ROW: usize = SCRATCH + 3072;
const LN2_HI: f64 = 0.6931471805582987;
const LN2_LO: f64 = 1.6465949582897082e-12;
const SQRT2: f64 = 1.4142135623730951;
const ROUND: f64 = 6755399441055744.0;
const SPLITTER: f64 = 134217729.0;
const LOG2_E: f64 = 1.4426950408889634;
/** The base of the build's exponents: see `BASES` of the host. */
const HI: f64 = ASC_FEATURE_RELAXED_SIMD ? 1.4426950216293335 : LOG2_E;
const LO: f64 = ASC_FEATURE_RELAXED_SIMD ? 0.0 : 2.0355273740931033e-17;

/** `2 (z/3 + z^2/5 + z^3/7 + ...)`: step by step as in `reference/elementary.ts`, and so are the next two. */
function areaTail(z: f64): f64 {
  let p: f64 = 2.0 / 23.0;
  p = p * z + 2.0 / 21.0;
  p = p * z + 2.0 / 19.0;
  p = p * z + 2.0 / 17.0;
  p = p * z + 2.0 / 15.0;
  p = p * z + 2.0 / 13.0;
  p = p * z + 2.0 / 11.0;
  p = p * z + 2.0 / 9.0;
  p = p * z + 2.0 / 7.0;
  p = p * z + 2.0 / 5.0;
  p = p * z + 2.0 / 3.0;
  return p * z;
}

/** `ln x` of a number in [1, 2). */
function ln(x: f64): f64 {
  let k: f64 = 0;
  if (x > SQRT2) {
    x *= 0.5;
    k = 1;
  }
  const g = x - 1;
  const s = g / (2 + g);
  const half = 0.5 * g * g;
  const series = s * (half + areaTail(s * s));
  return k * LN2_HI - ((half - (series + k * LN2_LO)) - g);
}

/** `ln(mantissa 2^exponent / e^maximum)`, as `total` has it of a maximum that the fast path can do. */
function logSum(maximum: f64, mantissa: f64, exponent: f64): f64 {
  const p = maximum * HI;
  const n = p + ROUND - ROUND;
  const xc = maximum * SPLITTER;
  const xh = xc - (xc - maximum);
  const xl = maximum - xh;
  const hc = HI * SPLITTER;
  const hh = hc - (hc - HI);
  const hl = HI - hh;
  const error = xl * hl - (p - xh * hh - xl * hh - xh * hl);
  const f = (p - n) + (error + maximum * LO);
  const binades = (exponent - n) - f;
  const ratio = ASC_FEATURE_RELAXED_SIMD ? LOG2_E / HI : 1.0;
  return max<f64>(0, ln(mantissa) * ratio + binades / HI);
}

/** Writes maximum and log-sum of each row; gives how many are done: all, or those before the first that the fast path cannot do. */
export function sweepRows(logits: usize, count: i32, vocabulary: i32, out: usize): i32 {
  let row = 0;
  for (; count >= vocabulary; count -= vocabulary, row++, logits += <usize> vocabulary << 2, out += 16) {
    if (sumTile<void>(logits, vocabulary, TILE_ROW, 1) != 0) return row;
    const maximum = f64.load(TILE_ROW, MAXIMUM);
    const mantissa = f64.load(TILE_ROW, MANTISSA);
    f64.store(out, maximum);
    f64.store(out, mantissa > 0 ? logSum(maximum, mantissa, f64.load(TILE_ROW, EXPONENT)) : -Infinity, 8);
  }
  return row;
}
