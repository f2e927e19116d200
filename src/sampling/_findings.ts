import { freeKernels, type Kernels, type Level, loadKernels, TILE } from "../../kernels/mod.ts";
import { type Block, countInvalid, type Heap, heapOf, offer, scanBlock, toExact, toNumber, UNIT } from "../core/mod.ts";
import { abandon, type Cells, cellsOf, emptyCells, mergeCells, tallyBlock } from "./_cells.ts";
import { holding } from "./_hold.ts";
import type { Noise } from "./_noise.ts";
import { emptyProposals, mergeProposals, type Proposals, proposalsOf, race, type RacingTiles } from "./_proposals.ts";
import { logitsAt, type Scratch, scratchOf, SLICE } from "./_scratch.ts";
import { absorb, deposit, NOTHING } from "./_sums.ts";
import type { Edit } from "./stage.ts";

/** What a read of a row must find out for a chain. */
export interface Wanted {
  /** What the sweep must know. */
  readonly level: Level;
  /** How many of the best are held; 0 for none. */
  readonly best: number;
  /** How many tokens are drawn from the whole row, to be taken if they are kept. */
  readonly proposals: number;
  /** By what the chain divides the logits in the end: at this temperature they are drawn. */
  readonly by: number;
  /** Whether a cut may fall below the best: then the logits are counted in cells. */
  readonly cells: boolean;
  /** Whether mean and variance of the logits are wanted. */
  readonly moments: boolean;
  /** How many of the row's own (unedited) best are held, for ranks and log-probabilities; 0 for none. */
  readonly raw: number;
  /** Whether masked tokens are counted. */
  readonly masked: boolean;
}

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

/** Nothing found yet. */
export function findingsOf(row: number, wanted: Wanted): Findings {
  return {
    row,
    backend: "",
    element: "f32",
    best: wanted.best > 0 ? heapOf(wanted.best) : null,
    raw: wanted.raw > 0 ? heapOf(wanted.raw) : null,
    proposals: wanted.proposals > 0 ? proposalsOf(wanted.proposals, 0) : null,
    cells: wanted.cells ? cellsOf() : null,
    sum: NOTHING,
    nan: 0,
    posInf: 0,
    masked: 0,
    count: 0,
    total: 0n,
    squares: 0n,
  };
}

/**
 * Makes a state hold nothing, for another row, which may want something else. The raw best may still be asked for by the reads of the row
 * before.
 */
export function emptyFindings(found: Findings, row: number, wanted: Wanted): void {
  const { best, proposals, cells } = found;
  const fresh = findingsOf(row, { ...wanted, best: 0, proposals: 0, cells: false });
  if (wanted.best > 0) fresh.best = best?.k === wanted.best ? emptied(best) : heapOf(wanted.best);
  if (wanted.proposals > 0) {
    const same = proposals?.tile.length === wanted.proposals;
    fresh.proposals = same ? emptyProposals(proposals) : proposalsOf(wanted.proposals, 0);
  }
  if (wanted.cells) fresh.cells = cells ? emptyCells(cells) : cellsOf();
  Object.assign(found, fresh);
}

function emptied(heap: Heap): Heap {
  heap.size = 0;
  return heap;
}

/** Says that a state will not be asked for again before it is emptied: what lies in the arena can go. */
export function leaveArena({ cells }: Findings): void {
  if (cells) abandon(cells);
}

/** The arithmetic that a state was made with. */
export function kernelsOfState({ backend, element }: Pick<Findings, "backend" | "element">): Kernels {
  const made = backend === "" ? undefined : backend as Kernels["backend"];
  return freeKernels(loadKernels(made, element as Kernels["element"]));
}

/** A run of edited tiles. */
class EditedBlock implements Block {
  constructor(
    readonly kernels: Kernels,
    readonly level: Level,
    readonly at: number,
    readonly count: number,
    readonly tiles: number,
    readonly row: number,
    readonly start: number,
    readonly values: Float32Array | Float64Array,
    readonly table: Float64Array,
  ) {}
}

/** Calls `step` with the block's logits, edited, a slice at a time, in scratch memory. */
export function eachEdited(
  block: Block,
  edits: readonly Edit[],
  level: Level,
  step: (edited: Block, scratch: Scratch, invalid: number) => void,
): void {
  const { kernels } = block;
  const scratch = scratchOf(kernels);
  const table = scratch.views.editedTable;
  for (let from = 0; from < block.count; from += SLICE * TILE) {
    const count = Math.min(SLICE * TILE, block.count - from);
    const values = logitsAt(kernels, scratch.edited, count);
    values.set(block.values.subarray(from, from + count));
    holding(kernels, () => applyEdits(edits, values, block.row, block.start + from));
    const invalid = kernels.sweep(level, scratch.edited, count, scratch.editedTable);
    const tiles = Math.ceil(count / TILE);
    step(
      new EditedBlock(kernels, level, scratch.edited, count, tiles, block.row, block.start + from, values, table),
      scratch,
      invalid,
    );
  }
}

function applyEdits(edits: readonly Edit[], values: Float32Array | Float64Array, row: number, start: number): void {
  for (let from = 0; from < values.length; from += TILE) {
    const segment = { values: values.subarray(from, from + TILE), row, start: start + from };
    for (const edit of edits) edit.apply(segment);
  }
}

/** Folds a block of the row. */
export function findBlock(
  found: Findings,
  block: Block,
  wanted: Wanted,
  edits: readonly Edit[],
  noise: Noise,
  edited: boolean,
): void {
  found.backend = block.kernels.backend;
  found.element = block.kernels.element;
  if (found.raw) scanBlock(found.raw, block);
  if (!edited) return findPlain(found, block, wanted, noise);
  eachEdited(block, edits, wanted.level, (edited, { editedTable }, invalid) => {
    if (invalid > 0) {
      const { nan, posInf } = countInvalid(edited);
      found.nan += nan;
      found.posInf += posInf;
    }
    found.sum = deposit(block.kernels, wanted.level, editedTable, edited.tiles, found.sum);
    findPlain(found, edited, wanted, noise);
  });
}

function findPlain(found: Findings, block: Block, wanted: Wanted, noise: Noise): void {
  if (found.best) scanBlock(found.best, block);
  if (found.cells) tallyBlock(found.cells, block);
  if (wanted.masked) found.masked += block.kernels.countMasked(block.at, block.count);
  if (wanted.moments) addMoments(found, block);
  const { proposals } = found;
  if (!proposals) return;
  if (wanted.by === 1) race(proposals, block, noise);
  else raceDivided(proposals, block, wanted.by, noise);
}

/** Races the tiles at another temperature: what is kept of them is the logits as they were. */
function raceDivided(proposals: Proposals, { kernels, values, start }: Block, by: number, noise: Noise): void {
  const { scratch } = kernels.arena;
  for (let from = 0; from < values.length; from += TILE) {
    const tile = values.subarray(from, from + TILE);
    logitsAt(kernels, scratch, tile.length).set(tile);
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
  const { rowTable, views } = scratchOf(kernels);
  kernels.sweep("sum", kernels.arena.scratch, values.length, rowTable);
  race(proposals, { table: views.rowTable, tiles: 1, start, values }, noise);
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
  if (into.cells && from.cells) mergeCells(into.cells, from.cells);
  into.sum = absorb(kernelsOfState(from), into.sum, from.sum);
  into.nan += from.nan;
  into.posInf += from.posInf;
  into.masked += from.masked;
  into.count += from.count;
  into.total += from.total;
  into.squares += from.squares;
}

function mergeHeap(into: Heap | null, from: Heap | null): void {
  if (into && from) { for (let i = 0; i < from.size; i++) offer(into, from.values[i], from.ids[i]); }
}
