import type { AlignedKernels } from "../aligned_kernels.ts";
import { Column, TILE } from "../../layout.ts";
import { powerOfTwo } from "../../reference/elementary.ts";
import type { Views } from "../../views.ts";
import { centreOf, type CrossTile, topOf, writeMoments, writePair } from "./cross_tile.ts";
import { exactCross } from "./exact_cross.ts";

/** By position mod 8 the sums of a block, then those of squares; and the same of all blocks. */
const sums = new Float64Array(16), totals = new Float64Array(16);
/** The block of a tile that is flushed: 32 logits a lane. */
const BLOCK = 256;

/** One tile a row; float32 logits are worked on in float32, step by step as the binaries do. */
export function cross(views: Views): AlignedKernels["cross"] {
  const { f64, shift } = views;
  const round = shift === 2 ? Math.fround : (x: number) => x;
  const least = shift === 2 ? -3.4028234663852886e38 : -Number.MAX_VALUE;
  return (logits, weights, other, count, table, otherTable, gap, squares) => {
    for (let done = 0; done < count; done += TILE) {
      const tile = {
        logits: (logits >> shift) + done,
        weights: (weights >> shift) + done,
        other: (other >> shift) + done,
        count: Math.min(TILE, count - done),
        row: (table >> 3) + done / TILE * Column.stride,
        otherRow: (otherTable >> 3) + done / TILE * Column.stride,
        gap,
        squares,
      };
      if (isEmpty(f64, tile)) writePair(f64, tile, 0, 0, 0);
      else if (!crossTile(views, tile, round, least)) exactCross(views, tile);
    }
  };
}

function isEmpty(f64: Float64Array, { row, otherRow }: CrossTile): boolean {
  const isInvalid = (at: number) => f64[at + Column.nan] > 0 || f64[at + Column.posInf] > 0;
  return !(f64[row + Column.mantissa] > 0) || isInvalid(row) || isInvalid(otherRow);
}

function crossTile(
  { values, f64 }: Views,
  tile: CrossTile,
  round: (x: number) => number,
  least: number,
): boolean {
  const { row, otherRow, gap } = tile;
  const m = topOf(f64, row), centre = centreOf(values, tile, m, topOf(f64, otherRow));
  const binades = f64[row + Column.reference] - f64[row + Column.exponent];
  let isApart = false;
  totals.fill(0);
  for (let from = 0; from < tile.count; from += BLOCK) {
    isApart = addBlock(values, tile, from, round(m), centre, round, least) || isApart;
    for (let i = 0; i < 16; i++) totals[i] = round(totals[i] + sums[i]);
  }
  const sum = addLanes(0), square = addLanes(8);
  if (isApart || binades !== binades || !(Math.abs(sum) < Infinity && square < Infinity)) return false;
  const scale = powerOfTwo(Math.trunc(Math.min(Math.max(binades, -1022), 1023)));
  writeMoments(f64, tile, (gap ? sum : -sum) * scale, square * scale, m, centre, 0);
  return true;
}

/** Adds a block to the sums; gives whether an id of it is allowed in p and masked in q. */
function addBlock(
  values: Float32Array | Float64Array,
  { logits, weights, other, count, gap, squares }: CrossTile,
  from: number,
  m: number,
  centre: number,
  round: (x: number) => number,
  least: number,
): boolean {
  let isApart = false;
  sums.fill(0);
  for (let i = from; i < Math.min(from + BLOCK, count); i++) {
    const a = values[logits + i], b = values[other + i];
    if (b === -Infinity && a !== -Infinity) isApart = true;
    const d = round(a - m), e = round(b - centre);
    const g = round((gap ? (d < least ? least : d) : 0) - (e < least ? least : e));
    const p = round(values[weights + i] * g), at = i & 7;
    sums[at] = round(sums[at] + p);
    if (squares) sums[at + 8] = round(sums[at + 8] + round(p * g));
  }
  return isApart;
}

function addLanes(at: number): number {
  return ((totals[at] + totals[at + 1]) + (totals[at + 2] + totals[at + 3])) +
    ((totals[at + 4] + totals[at + 5]) + (totals[at + 6] + totals[at + 7]));
}
