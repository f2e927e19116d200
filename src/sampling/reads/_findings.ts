// The first read of a row: what it finds, how it folds blocks, how parts of it merge.
import { type Kernels, type Level, loadKernels, TILE } from "../../../kernels/mod.ts";
import { applyTiles } from "../../core/inside.ts";
import type { Block } from "../../core/mod.ts";
import {
  countInvalid,
  type Heap,
  heapOf,
  offer,
  scanBlock,
  sortedHeap,
  toExact,
  toNumber,
  UNIT,
} from "../../row/mod.ts";
import { SweptBlock, viewOf } from "../../row/inside.ts";
import { canonicalCells, type Cells, mergeCells, newCells, tallyBlock } from "./_cells.ts";
import type { Noise } from "../draws/_noise.ts";
import {
  canonicalProposals,
  mergeProposals,
  newProposals,
  type Proposals,
  race,
  type RacingTiles,
} from "../draws/_proposals.ts";
import { absorb, deposit, NOTHING } from "./_sums.ts";
import type { ReadPlan } from "./_read_plan.ts";
import type { Edit } from "../stages/stage.ts";

/** The state of a sampler's first read of a row: plain data. */
export interface Findings {
  row: number;
  backend: string;
  element: string;
  best: Heap | null;
  raw: Heap | null;
  proposals: Proposals | null;
  cells: Cells | null;
  /** The sum of the edited logits, where there are edits. */
  sum: Uint8Array;
  /** How many of them are NaN, and +Infinity. */
  nan: number;
  posInf: number;
  masked: number;
  count: number;
  total: bigint;
  squares: bigint;
}

/**
 * Nothing found yet. In the memory of a state of another row, where what is planned is of the same size; but not in its raw best, which may
 * still be asked for by that row's later reads.
 */
export function newFindings(row: number, plan: ReadPlan, old?: Findings): Findings {
  const { best, proposals, cells } = old ?? {};
  return {
    row,
    backend: "",
    element: "f32",
    best: plan.best > 0 ? emptyHeap(plan.best, best) : null,
    raw: plan.raw > 0 ? heapOf(plan.raw) : null,
    proposals: plan.proposals > 0 ? newProposals(plan.proposals, 0, proposals) : null,
    cells: plan.cells ? newCells(cells) : null,
    sum: NOTHING,
    nan: 0,
    posInf: 0,
    masked: 0,
    count: 0,
    total: 0n,
    squares: 0n,
  };
}

function emptyHeap(k: number, old?: Heap | null): Heap {
  return old?.k === k ? Object.assign(old, { size: 0 }) : heapOf(k);
}

/** Gives the arena back what a state holds there: it will not be asked for before it is used for another row. */
export function leaveArena(found: Findings): void {
  if (found.cells) kernelsOf(found).arena.cells.giveBack(found.cells);
}

/** The arithmetic that a state was made with. */
export function kernelsOf({ backend, element }: Pick<Findings, "backend" | "element">): Kernels {
  return loadKernels(backend === "" ? undefined : backend as Kernels["backend"], element as Kernels["element"]);
}

/** Calls `step` with the block's logits, edited, in a lane of their own. */
export function sweepEdited(
  { kernels, count, values, row, start }: Block,
  edits: readonly Edit[],
  level: Level,
  step: (edited: SweptBlock, table: number, invalid: number) => void,
): void {
  kernels.arena.lend((lane) => {
    const edited = viewOf(kernels, lane.stage, count);
    edited.set(values);
    applyTiles(edits, edited, row, start);
    const invalid = kernels.sweep(level, lane.stage, count, lane.table);
    step(new SweptBlock(kernels, level, lane, lane.stage, count, row, start), lane.table, invalid);
  });
}

/** Folds a block of the row. */
export function findBlock(found: Findings, block: Block, plan: ReadPlan, edits: readonly Edit[], noise: Noise): void {
  found.backend = block.kernels.backend;
  found.element = block.kernels.element;
  if (found.raw) scanBlock(found.raw, block);
  if (!plan.edited) return findPlain(found, block, plan, noise);
  sweepEdited(block, edits, plan.level, (edited, table, invalid) => {
    if (invalid > 0) {
      const { nan, posInf } = countInvalid(edited);
      found.nan += nan;
      found.posInf += posInf;
    }
    found.sum = deposit(block.kernels, plan.level, table, edited.tiles, found.sum);
    findPlain(found, edited, plan, noise);
  });
}

function findPlain(found: Findings, block: Block, plan: ReadPlan, noise: Noise): void {
  if (found.best) scanBlock(found.best, block);
  if (found.cells) tallyBlock(found.cells, block);
  if (plan.masked) found.masked += block.kernels.countMasked(block.at, block.count);
  if (plan.moments) addMoments(found, block);
  const { proposals } = found;
  if (!proposals) return;
  if (plan.by === 1) race(proposals, block, noise);
  else raceDivided(proposals, block, plan.by, noise);
}

/** Races the tiles at another temperature: what is kept of them is the logits as they were. */
function raceDivided(proposals: Proposals, { kernels, values, start }: Block, by: number, noise: Noise): void {
  const { scratch } = kernels.arena;
  for (let from = 0; from < values.length; from += TILE) {
    const tile = values.subarray(from, from + TILE);
    viewOf(kernels, scratch, tile.length).set(tile);
    kernels.divide(scratch, tile.length, by);
    raceScratch(proposals, kernels, { values: tile, start: start + from }, noise);
  }
}

/** Races one tile whose weights are those of what lies in the arena's scratch room. */
export function raceScratch(
  proposals: Proposals,
  kernels: Kernels,
  { values, start }: Pick<RacingTiles, "values" | "start">,
  noise: Noise,
): void {
  kernels.arena.lend(({ table, rows }) => {
    kernels.sweep("sum", kernels.arena.scratch, values.length, table);
    race(proposals, { table: rows, tiles: 1, start, values }, noise);
  });
}

/** Exact sums about each tile's first finite logit: any order of tiles gives the same bits. */
function addMoments(found: Findings, { values }: Block): void {
  for (let from = 0; from < values.length; from += TILE) {
    const tile = values.subarray(from, from + TILE);
    const centre = tile.find(Number.isFinite);
    if (centre === undefined) continue;
    let count = 0, first = 0, second = 0;
    for (let i = 0; i < tile.length; i++) {
      if (!Number.isFinite(tile[i])) continue;
      const d = tile[i] - centre;
      count++;
      first += d;
      second += d * d;
    }
    found.count += count;
    if (second < Infinity) addAbout(found, BigInt(count), toExact(centre), toExact(first), second);
    else for (const x of tile) if (Number.isFinite(x)) addAbout(found, 1n, toExact(x), 0n, 0);
  }
}

/** Adds n logits by their sums about a centre. */
function addAbout(found: Findings, n: bigint, centre: bigint, first: bigint, second: number): void {
  found.total += n * centre + first;
  found.squares += (toExact(second) << BigInt(UNIT)) + 2n * centre * first + n * centre * centre;
}

/** Mean and population standard deviation of the unmasked logits. */
export function momentsOf({ count, total, squares }: Findings): { mean: number; deviation: number } {
  const square = BigInt(count) * squares - total * total;
  // Halved so often that it is in range; exact but for what is lost below where it is small.
  const halves = square >> BigInt(2 * UNIT + 900) > 0n ? 600 : 0;
  const root = Math.sqrt(Math.max(0, toNumber(square, 2 * UNIT + 2 * halves)));
  return { mean: toNumber(total, UNIT) / count, deviation: root * 2 ** halves / count };
}

/** Adds what another read found. */
export function mergeFindings(into: Findings, from: Readonly<Findings>): void {
  if (from.backend === "") return;
  into.backend = from.backend;
  into.element = from.element;
  mergeHeap(into.best, from.best);
  mergeHeap(into.raw, from.raw);
  if (into.proposals && from.proposals) mergeProposals(into.proposals, from.proposals);
  if (into.cells && from.cells) mergeCells(into.cells, from.cells, kernelsOf(from));
  into.sum = absorb(kernelsOf(from), into.sum, from.sum);
  into.nan += from.nan;
  into.posInf += from.posInf;
  into.masked += from.masked;
  into.count += from.count;
  into.total += from.total;
  into.squares += from.squares;
}

/** The same findings in one order. */
export function canonicalFindings(found: Readonly<Findings>): Findings {
  return {
    ...found,
    best: found.best && sortedHeap(found.best),
    raw: found.raw && sortedHeap(found.raw),
    proposals: found.proposals && canonicalProposals(found.proposals),
    cells: found.cells && canonicalCells(found.cells, kernelsOf(found)),
  };
}

function mergeHeap(into: Heap | null, from: Heap | null): void {
  for (let i = 0; into && from && i < from.size; i++) offer(into, from.values[i], from.ids[i]);
}
