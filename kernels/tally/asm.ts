/**
 * A table of cells of logit value: each holds, in 64 bits, how many logits fall into it (from bit 36) and the sum of their places
 * inside it, in 1024ths (below). Whole numbers, so that any order of adding gives the same bits. The table is a ring: a cell's
 * place is its number modulo the table's length.
 */
import { padded } from "../asm/lanes.ts";

/** Steps in a unit: 256 cells of 1,024 places. */
const STEPS: usize = memory.data<f32>([262144.0, 262144.0, 262144.0, 262144.0], 16);
/** What keeps a byte offset in the ring of 16,384 cells of 8 bytes, and a place in its cell. */
const MASKS: usize = memory.data<i32>([131064, 131064, 131064, 131064, 1023, 1023, 1023, 1023], 16);

/** Cells of the ring, and in one unit of logit. */
const RING: f64 = 16384.0;
const PER_UNIT: f64 = 256.0;
/** Beyond this magnitude float32 has fewer than four values to a unit: the fast path stops. */
const RANGE: f64 = 2097152.0;
const UNIT: f64 = 1024.0;

/**
 * What is subtracted from logits before they are cut into steps, so that the number of steps fits 32 bits: 0, or a multiple of
 * 1024 that lies within a factor of 2 of every logit in the ring below `top`, so that the difference is exact (Sterbenz).
 */
function baseBelow(top: f64): f64 {
  return top >= -UNIT && top < 2.0 * UNIT ? 0 : UNIT * floor<f64>(top / UNIT);
}

/** Counts one logit: `place` is the byte offset of its cell, `step` its place in the cell. */
function add(place: i32, step: i32, cells: usize): void {
  const at = cells + <usize> place;
  i64.store(at, i64.load(at) + (0x1000000000 | <i64> step));
}

function addVector(logits: v128, base: v128, least: v128, steps: v128, ring: v128, inside: v128, cells: usize): void {
  const y = f32x4.pmax(least, f32x4.sub(logits, base));
  const z = f32x4.floor(f32x4.mul(y, steps));
  const key = i32x4.trunc_sat_f32x4_s(z);
  const place = v128.and(i32x4.shr_s(key, 7), ring);
  const step = v128.and(key, inside);
  add(i32x4.extract_lane(place, 0), i32x4.extract_lane(step, 0), cells);
  add(i32x4.extract_lane(place, 1), i32x4.extract_lane(step, 1), cells);
  add(i32x4.extract_lane(place, 2), i32x4.extract_lane(step, 2), cells);
  add(i32x4.extract_lane(place, 3), i32x4.extract_lane(step, 3), cells);
}

/**
 * Adds `count` logits of one tile to the ring of cells that begins with cell `least`. What lies below it, masked logits too, counts
 * as `least`, whose cell is nobody's. Gives false, and adds nothing, where the ring lies beyond the fast path.
 * Cost: a read, and a cell read and written for each logit.
 */
export function tally(logits: usize, count: i32, least: f64, cells: usize): bool {
  const top = (least + RING) / PER_UNIT;
  if (!(abs(top) <= RANGE)) return false;
  const base = baseBelow(top);
  const bases = f32x4.splat(<f32> base);
  const leasts = f32x4.splat(<f32> (least / PER_UNIT - base));
  const steps = v128.load(STEPS);
  const ring = v128.load(MASKS);
  const inside = v128.load(MASKS, 16);
  for (; count >= 4; count -= 4, logits += 16) addVector(v128.load(logits), bases, leasts, steps, ring, inside, cells);
  if (count > 0) addVector(v128.load(padded(logits, count)), bases, leasts, steps, ring, inside, cells);
  return true;
}
