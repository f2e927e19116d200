import { Column, TILE } from "../../layout.ts";
import type { Views } from "../../views.ts";
import type { AlignedKernels } from "../aligned_kernels.ts";
import { addLanes, BLOCK } from "../lanes.ts";
import { binadesOf, bothWeigh, centreOf, type CrossTile, topOf, writeSums } from "./cross_tile.ts";
import { exactCross } from "./exact_cross.ts";

/** By position mod 8 the sums of a block, those of squares, and both by the other's weights; and the same of all blocks. */
const sums = new Float64Array(32), totals = new Float64Array(32);

/** One tile a row; float32 logits are worked on in float32, step by step as the binaries do. */
export function cross(views: Views): AlignedKernels["cross"] {
  const { f64, shift } = views;
  const round = shift === 2 ? Math.fround : (x: number) => x;
  const least = shift === 2 ? -3.4028234663852886e38 : -Number.MAX_VALUE;
  return (logits, weights, other, otherWeights, count, table, otherTable, gap, squares) => {
    for (let done = 0; done < count; done += TILE) {
      const tile = {
        logits: (logits >> shift) + done,
        weights: (weights >> shift) + done,
        other: (other >> shift) + done,
        otherWeights: (otherWeights >> shift) + done,
        count: Math.min(TILE, count - done),
        row: (table >> 3) + done / TILE * Column.stride,
        otherRow: (otherTable >> 3) + done / TILE * Column.stride,
        gap,
        squares,
      };
      if (isInvalid(f64, tile.row) || isInvalid(f64, tile.otherRow)) clear(f64, tile);
      else if (!crossTile(views, tile, round, least)) exactCross(views, tile);
    }
  };
}

function isInvalid(f64: Float64Array, row: number): boolean {
  return f64[row + Column.nan] > 0 || f64[row + Column.posInf] > 0;
}

function clear(f64: Float64Array, { row, otherRow }: CrossTile): void {
  for (const at of [row, otherRow]) {
    for (const column of [Column.first, Column.second, Column.apart]) f64[at + column] = 0;
  }
}

function crossTile(
  { values, f64 }: Views,
  tile: CrossTile,
  round: (x: number) => number,
  least: number,
): boolean {
  const { row, otherRow } = tile;
  const m = topOf(f64, row), centre = centreOf(values, tile, m, topOf(f64, otherRow));
  let isApart = false;
  totals.fill(0);
  for (let from = 0; from < tile.count; from += BLOCK) {
    isApart = addBlock(values, tile, from, round(m), centre, round, least) || isApart;
    for (let i = 0; i < 32; i++) totals[i] = round(totals[i] + sums[i]);
  }
  const [sum, square, otherSum, otherSquare] = [
    addLanes(totals, 0),
    addLanes(totals, 8),
    addLanes(totals, 16),
    addLanes(totals, 24),
  ];
  const isFinite = Math.abs(sum) + Math.abs(otherSum) + square + otherSquare < Infinity;
  const binades = binadesOf(f64, row) + binadesOf(f64, otherRow);
  if (isApart || Number.isNaN(binades) || !bothWeigh(f64, tile) || !isFinite) return false;
  writeSums(f64, tile, { sum, square, otherSum, otherSquare, apart: 0, otherApart: 0 }, m, centre);
  return true;
}

/** Adds a block to the sums; gives whether an id of it is masked in one stream alone. */
function addBlock(
  values: Float32Array | Float64Array,
  { logits, weights, other, otherWeights, count, gap, squares }: CrossTile,
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
    if ((a === -Infinity) !== (b === -Infinity)) isApart = true;
    const d = round(a - m), e = round(b - centre);
    const g = round((gap ? (d < least ? least : d) : 0) - (e < least ? least : e));
    const p = round(values[weights + i] * g), q = round(values[otherWeights + i] * g), at = i & 7;
    sums[at] = round(sums[at] + p);
    sums[at + 16] = round(sums[at + 16] + q);
    if (!squares) continue;
    sums[at + 8] = round(sums[at + 8] + round(p * g));
    sums[at + 24] = round(sums[at + 24] + round(q * g));
  }
  return isApart;
}
