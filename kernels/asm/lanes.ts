/** Vectors, their lanes, and the ragged end of a run of logits. */

/** Logits of a tile. */
export const TILE: i32 = 1024;
/** Bytes of a tile. */
export const TILE_BYTES: usize = 4096;

/** A tile's sums have eight lanes, by id mod 8: two vectors here, one on a machine of 256 bits, to the same bits. */
export const LANES: i32 = 8;
/** Bytes from a vector to the next one of the same lanes. */
export const TURN: usize = 32;
/** The block of a tile that is flushed into the second level of sums: 32 logits a lane. */
export const BLOCK: i32 = 256;
/** Room for one block, and as much again for what is computed from it, or for blocks beside it: the host leaves the first 8 KiB to this module. */
export const SCRATCH: usize = 4096;

/** `(l0 + l1) + (l2 + l3)` in float64. */
export function addLanes(v: v128): f64 {
  return (<f64> f32x4.extract_lane(v, 0) + <f64> f32x4.extract_lane(v, 1)) +
    (<f64> f32x4.extract_lane(v, 2) + <f64> f32x4.extract_lane(v, 3));
}

/** The largest lane; no lane is NaN. */
export function largestLane(v: v128): f32 {
  return max<f32>(
    max<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

/** Copies `count` logits, at most a block, to the scratch room, filled up with -Infinity to whole turns. */
export function padded(at: usize, count: i32): usize {
  return paddedWith(-Infinity, at, count);
}

/** The same, filled up with a number of the caller's. */
export function paddedWith(filler: f32, at: usize, count: i32): usize {
  return paddedTo(SCRATCH, filler, at, count);
}

/** The same, to one of the four rooms for a block from the scratch room on. */
export function paddedTo(room: usize, filler: f32, at: usize, count: i32): usize {
  const last = room + (<usize> (count & -LANES) << 2);
  v128.store(last, f32x4.splat(filler));
  v128.store(last, f32x4.splat(filler), 16);
  memory.copy(room, at, <usize> count << 2);
  return room;
}

/** The block that begins at `at`: in place, or padded when `left` logits are no whole number of turns. */
export function blockAt(at: usize, left: i32): usize {
  return left < BLOCK && (left & (LANES - 1)) != 0 ? padded(at, left) : at;
}

/** Past the last turn of a block that begins at `at`. */
export function blockEnd(at: usize, left: i32): usize {
  return at + (<usize> ((min<i32>(left, BLOCK) + LANES - 1) & -LANES) << 2);
}

/** The sum of the four whole numbers. */
export function addCounts(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}

/** Adds one to each lane's count where the mask, all ones, is set. */
export function countMask(counts: v128, mask: v128): v128 {
  return i32x4.sub(counts, mask);
}

/** The two high lanes of four float32, as low ones. */
export function highPair(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** The low pairs of two vectors of float32, as one vector. */
export function joinPairs(low: v128, high: v128): v128 {
  return i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
