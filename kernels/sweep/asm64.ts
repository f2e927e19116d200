/** The sweep of float64 logits, to the bits of `exact_tile.ts`, which does again what is marked. */
import { BLOCK_64, evenExponent64, FAR_64, multiplyDistances, weights64, WEIGHTS_64 } from "../asm/exact.ts";
import { TILE } from "../asm/lanes.ts";
import { addEight, maximumOf64, TILE_BYTES_64, wasUnordered } from "../asm/lanes64.ts";
import { markRow, REFERENCE, ROW, writeMaximum, writeMoment, writeSquare, writeSum } from "../asm/row.ts";

/** In a sweep, weights below 2^-1000 count as nothing. */
const LEAST: f64 = -1000.0;
/** Stored ones from here down are 0; what lies between is nothing beside a tile's sum. */
const LEAST_STORED: f64 = -1020.0;
/** Eight lanes of the sum, of its moment, of its square. */
const SUMS: usize = memory.data(192, 16);

/** One block: its weights into `to`, and what they add to each sum up to the level. */
function addBlock(level: i32, logits: usize, count: i32, reference: f64, lowest: f64, to: usize): void {
  weights64(logits, count, reference, lowest, to);
  addEight(SUMS, to, count);
  for (let order = 2; order <= level; order++) {
    multiplyDistances(to, count);
    addEight(SUMS + (<usize> (order - 1) << 6), to, count);
  }
}

/** `((l0 + l1) + (l2 + l3)) + ((l4 + l5) + (l6 + l7))` of the sum, the moment or the square. */
function totalOf(order: usize): f64 {
  const at = SUMS + (order << 6);
  return ((f64.load(at) + f64.load(at, 8)) + (f64.load(at, 16) + f64.load(at, 24))) +
    ((f64.load(at, 32) + f64.load(at, 40)) + (f64.load(at, 48) + f64.load(at, 56)));
}

/** One tile: writes its row, and its weights if they are wanted; or marks it and gives 1. */
function tile64(level: i32, logits: usize, count: i32, row: usize, weights: usize): i32 {
  const maximum = maximumOf64(logits, count);
  if (wasUnordered() || maximum == Infinity) return markRow(row);
  if (level > 0) {
    if (!(abs(maximum) <= FAR_64)) return markRow(row);
    const reference = evenExponent64(maximum);
    const lowest = weights == 0 ? LEAST : LEAST_STORED;
    memory.fill(SUMS, 0, 192);
    for (let done = 0; done < count; done += BLOCK_64) {
      const skip = <usize> done << 3;
      const to = weights == 0 ? WEIGHTS_64 : weights + skip;
      addBlock(level, logits + skip, min<i32>(count - done, BLOCK_64), reference, lowest, to);
    }
    const sum = totalOf(0);
    writeSum(row, sum, reference);
    if (level > 1) writeMoment(row, sum, totalOf(1));
    if (level > 2) writeSquare(row, sum, totalOf(1), totalOf(2));
    if (weights != 0) f64.store(row, reference, REFERENCE);
  }
  writeMaximum(row, maximum);
  return 0;
}

/** Tile after tile, of a sweep, or of one that stores weights; gives how many are marked. */
export function tiles64(level: i32, logits: usize, count: i32, table: usize, weights: usize): i32 {
  const kept: usize = weights == 0 ? 0 : TILE_BYTES_64;
  let marked = 0;
  for (; count > 0; count -= TILE, logits += TILE_BYTES_64, table += ROW, weights += kept) {
    marked += tile64(level, logits, min<i32>(count, TILE), table, weights);
  }
  return marked;
}

/** Writes a row a tile; gives how many are marked. */
export function sweep64(level: i32, logits: usize, count: i32, table: usize): i32 {
  return tiles64(level, logits, count, table, 0);
}
