import { TILE } from "../../kernels/mod.ts";
import type { Block } from "../core/mod.ts";

/** One logit in so many is looked at. */
const STRIDE = 64;
/** Most logits kept. */
const ROOM = 16384;

/**
 * A thin sample of a row: one logit of every 64, at a place that differs from tile to tile; of every second tile, fourth tile, ... in
 * rows so long that it would not fit. It only guesses where a cut will fall, so that the second read lists the tokens there: no
 * result depends on it. What it holds does not depend on the order of tiles.
 */
export interface Sketch {
  /** Tiles whose number is a multiple of `2^level` take part. */
  level: number;
  size: number;
  values: Float64Array;
  /** The tile of each value. */
  tiles: Float64Array;
}

/** An empty sketch. */
export function sketchOf(): Sketch {
  return { level: 0, size: 0, values: new Float64Array(256), tiles: new Float64Array(256) };
}

/** How many logits of the row one value stands for. */
export function sketchStride({ level }: Sketch): number {
  return STRIDE * 2 ** level;
}

/** Looks at a run of tiles. */
export function sketchBlock(sketch: Sketch, { values, count, start }: Block): void {
  for (let from = 0; from < count; from += TILE) {
    const tile = (start + from) / TILE;
    if (tile % 2 ** sketch.level !== 0) continue;
    const end = Math.min(count, from + TILE);
    for (let i = from + (Math.imul(tile + 1, 40503) >>> 8) % STRIDE; i < end; i += STRIDE) {
      keep(sketch, values[i], tile);
    }
  }
}

function keep(sketch: Sketch, value: number, tile: number): void {
  if (!(value > -Infinity) || tile % 2 ** sketch.level !== 0) return;
  if (sketch.size === sketch.values.length) {
    if (sketch.size >= ROOM) {
      thin(sketch);
      return keep(sketch, value, tile);
    }
    sketch.values = grown(sketch.values);
    sketch.tiles = grown(sketch.tiles);
  }
  sketch.values[sketch.size] = value;
  sketch.tiles[sketch.size++] = tile;
}

function grown(values: Float64Array): Float64Array {
  const room = new Float64Array(2 * values.length);
  room.set(values);
  return room;
}

/** Drops every second tile that is left. */
function thin(sketch: Sketch): void {
  sketch.level++;
  let size = 0;
  for (let i = 0; i < sketch.size; i++) {
    if (sketch.tiles[i] % 2 ** sketch.level !== 0) continue;
    sketch.values[size] = sketch.values[i];
    sketch.tiles[size++] = sketch.tiles[i];
  }
  sketch.size = size;
}

/** Adds another part's sample. */
export function mergeSketch(into: Sketch, from: Readonly<Sketch>): void {
  while (into.level < from.level) thin(into);
  for (let i = 0; i < from.size; i++) keep(into, from.values[i], from.tiles[i]);
}
