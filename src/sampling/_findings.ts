import { Column, type Kernels, type Level, loadKernels, TILE } from "../../kernels/mod.ts";
import { type Block, type Heap, heapOf, offer, scanBlock, toExact, toNumber, UNIT } from "../core/mod.ts";
import { exponential, type Noise, Purpose } from "./_noise.ts";
import { logitsAt, type Scratch, scratchOf, SLICE } from "./_scratch.ts";
import { mergeSketch, type Sketch, sketchBlock, sketchOf } from "./_sketch.ts";
import { absorb, deposit, NOTHING } from "./_sums.ts";
import type { Edit } from "./stage.ts";

/** What a read of a row must find out for a chain. */
export interface Wanted {
  /** What the sweep must know. */
  readonly level: Level;
  /** How many of the best are held; 0 for none. */
  readonly best: number;
  /** Whether a token may be drawn from the whole row. */
  readonly race: boolean;
  /** Whether a cut may fall below the best: then a sketch of the row says where. */
  readonly sketch: boolean;
  /** Whether mean and variance of the logits are wanted. */
  readonly moments: boolean;
  /** Whether the row's own (unedited) best are wanted, for ranks and log-probabilities. */
  readonly raw: number;
  /** Whether masked tokens are counted. */
  readonly masked: boolean;
}

/** The tile that leads the race. */
export interface Champion {
  /** Its number; -1 while there is none. */
  tile: number;
  /** Its mass, as the sweep tells it, over its exponential variate: `ratio * 2^exponent`. */
  ratio: number;
  exponent: number;
  mantissa: number;
  /** A copy of its logits. */
  logits: Float32Array | Float64Array;
}

/** The state of a sampler's first read of a row: plain data. */
export interface Findings {
  readonly row: number;
  backend: string;
  element: string;
  readonly best: Heap | null;
  readonly raw: Heap | null;
  readonly champion: Champion | null;
  readonly sketch: Sketch | null;
  /** The sum of the edited logits, where there are edits. */
  sum: Uint8Array;
  masked: number;
  count: number;
  total: bigint;
  squares: bigint;
}

const NO_LOGITS = new Float32Array(0);

/** Nothing found yet. */
export function findingsOf(row: number, wanted: Wanted): Findings {
  return {
    row,
    backend: "",
    element: "f32",
    best: wanted.best > 0 ? heapOf(wanted.best) : null,
    raw: wanted.raw > 0 ? heapOf(wanted.raw) : null,
    champion: wanted.race ? { tile: -1, ratio: 0, exponent: 0, mantissa: 0, logits: NO_LOGITS } : null,
    sketch: wanted.sketch ? sketchOf() : null,
    sum: NOTHING,
    masked: 0,
    count: 0,
    total: 0n,
    squares: 0n,
  };
}

/** The kernels that a state was made with. */
export function kernelsOfFindings({ backend, element }: Pick<Findings, "backend" | "element">): Kernels {
  return loadKernels(backend === "" ? undefined : backend as Kernels["backend"], element as Kernels["element"]);
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
  step: (edited: Block, scratch: Scratch) => void,
): void {
  const { kernels } = block;
  const scratch = scratchOf(kernels);
  const table = scratch.views.editedTable;
  for (let from = 0; from < block.count; from += SLICE * TILE) {
    const count = Math.min(SLICE * TILE, block.count - from);
    const values = logitsAt(kernels, scratch.edited, count);
    values.set(block.values.subarray(from, from + count));
    applyEdits(edits, values, block.row, block.start + from);
    kernels.sweep(level, scratch.edited, count, scratch.editedTable);
    const tiles = Math.ceil(count / TILE);
    step(
      new EditedBlock(kernels, level, scratch.edited, count, tiles, block.row, block.start + from, values, table),
      scratch,
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
  eachEdited(block, edits, wanted.level, (edited, { editedTable }) => {
    found.sum = deposit(block.kernels, wanted.level, editedTable, edited.tiles, found.sum);
    findPlain(found, edited, wanted, noise);
  });
}

function findPlain(found: Findings, block: Block, wanted: Wanted, noise: Noise): void {
  if (found.best) scanBlock(found.best, block);
  if (found.champion) raceTiles(found.champion, block, noise);
  if (found.sketch) sketchBlock(found.sketch, block);
  if (wanted.masked) found.masked += block.kernels.countMasked(block.at, block.count);
  if (wanted.moments) addMoments(found, block);
}

/** Enters each tile in the race: the largest `mass / exponential` wins, so a tile wins with its share of the mass. */
function raceTiles(champion: Champion, block: Block, noise: Noise): void {
  const first = block.start / TILE;
  let won = -1, leads = champion.tile >= 0;
  for (let tile = 0; tile < block.tiles; tile++) {
    const at = tile * Column.stride;
    const mantissa = block.table[at + Column.mantissa];
    if (!(mantissa > 0)) continue;
    const exponent = block.table[at + Column.exponent];
    const u = noise.small(Purpose.tile, first + tile);
    const gap = exponent - champion.exponent;
    // The exponential of u is at least u: most tiles lose without a logarithm.
    if (leads && (gap < -127 || (gap <= 127 && mantissa * POWERS[gap + 127] < champion.ratio * u * LESS))) continue;
    const ratio = mantissa / exponential(u);
    if (leads && !beats(ratio, exponent, first + tile, champion)) continue;
    leads = true;
    champion.tile = first + tile;
    champion.ratio = ratio;
    champion.exponent = exponent;
    champion.mantissa = mantissa;
    won = tile;
  }
  if (won >= 0) keepTile(champion, block, won * TILE);
}

/** Takes more than any rounding off: what is skipped has lost. */
const LESS = 1 - 2 ** -40;

/** 2^-127 to 2^127: a ratio lies between 1/45 and 2^65, so beyond that the exponents alone decide. */
const POWERS = Float64Array.from({ length: 255 }, (_, i) => 2 ** (i - 127));

/** Copies the leading tile, into the memory of the one before where that fits. */
function keepTile(champion: Champion, { values, count }: Block, from: number): void {
  const tile = values.subarray(from, Math.min(count, from + TILE));
  if (champion.logits.length === tile.length) champion.logits.set(tile);
  else champion.logits = tile.slice();
}

function beats(ratio: number, exponent: number, tile: number, { ratio: r, exponent: e, tile: t }: Champion): boolean {
  const gap = exponent - e;
  if (gap > 127 || gap < -127) return gap > 0;
  const scaled = ratio * POWERS[gap + 127];
  return scaled > r || (scaled === r && tile < t);
}

/** Exact sums about each tile's first finite logit: any order of tiles gives the same bits. */
function addMoments(found: Findings, { values }: Block): void {
  for (let from = 0; from < values.length; from += TILE) {
    const tile = values.subarray(from, from + TILE);
    const centre = tile.find(Number.isFinite);
    if (centre === undefined) continue;
    let count = 0, first = 0, second = 0;
    for (let i = 0; i < tile.length; i++) {
      const d = tile[i] - centre;
      if (!(d - d === 0)) continue;
      count++;
      first += d;
      second += d * d;
    }
    const n = BigInt(count), c = toExact(centre), s = toExact(first);
    found.count += count;
    found.total += n * c + s;
    found.squares += (toExact(second) << BigInt(UNIT)) + 2n * c * s + n * c * c;
  }
}

/** Mean and population variance of the unmasked logits. */
export function momentsOf({ count, total, squares }: Findings): { mean: number; variance: number } {
  const n = BigInt(count);
  return {
    mean: toNumber(total, UNIT) / count,
    variance: toNumber(n * squares - total * total, 2 * UNIT) / count / count,
  };
}

/** Adds what another read found. */
export function mergeFindings(into: Findings, from: Readonly<Findings>): void {
  if (from.backend === "") return;
  into.backend = from.backend;
  into.element = from.element;
  mergeHeap(into.best, from.best);
  mergeHeap(into.raw, from.raw);
  const { champion } = from;
  if (champion && into.champion && champion.tile >= 0) {
    const { ratio, exponent, tile } = champion;
    if (into.champion.tile < 0 || beats(ratio, exponent, tile, into.champion)) {
      Object.assign(into.champion, champion, { logits: champion.logits.slice() });
    }
  }
  if (into.sketch && from.sketch) mergeSketch(into.sketch, from.sketch);
  into.sum = absorb(kernelsOfFindings(from), into.sum, from.sum);
  into.masked += from.masked;
  into.count += from.count;
  into.total += from.total;
  into.squares += from.squares;
}

function mergeHeap(into: Heap | null, from: Heap | null): void {
  if (into && from) { for (let i = 0; i < from.size; i++) offer(into, from.values[i], from.ids[i]); }
}
