import { Arena, arenaBytes } from "../arena.ts";
import type { Kernels, Level } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { type Base, LOG2_E_PAIR } from "./binary_exponent.ts";
import { copyWithin, tallyCells, weighWithin } from "./cells.ts";
import { blockSum, sumBlocks } from "./checksum.ts";
import { exactTile } from "./exact_tile.ts";
import { bfloatToNumber, halfToNumber } from "./half.ts";
import { divideBy, type Elements, scaleExp, softcapBy, subtract } from "./maps.ts";
import { pairSumOf } from "./pair.ts";
import { boundOf, collectAbove, countAbove, countEqual, findValue, sumLanes } from "./scans.ts";
import { absorbSlot, clearSlot, depositRow } from "./slot.ts";
import { totalSlot } from "./total.ts";

/**
 * The float64 TypeScript backend: every kernel by its definition. It is the oracle of the tests, the fallback where
 * WASM SIMD is missing, and the only backend of float64 logits. 10 to 30 times slower than the WASM builds.
 */
export class ReferenceKernels implements Kernels {
  readonly backend = "reference";
  readonly element: "f32" | "f64";
  readonly memory: ArrayBuffer;
  readonly arena: Arena;
  readonly base: Base = LOG2_E_PAIR;
  readonly #logits: Elements;
  readonly #f64: Float64Array;
  readonly #i32: Int32Array;
  readonly #u32: Uint32Array;
  readonly #i16: Int16Array;
  readonly #u16: Uint16Array;
  /** Address to index of an element: how far to shift. */
  readonly #shift: number;

  constructor(element: "f32" | "f64") {
    this.element = element;
    this.memory = new ArrayBuffer(arenaBytes(element));
    this.arena = new Arena(this.memory, element);
    this.#shift = element === "f32" ? 2 : 3;
    this.#logits = element === "f32" ? new Float32Array(this.memory) : new Float64Array(this.memory);
    this.#f64 = new Float64Array(this.memory);
    this.#i32 = new Int32Array(this.memory);
    this.#u32 = new Uint32Array(this.memory);
    this.#i16 = new Int16Array(this.memory);
    this.#u16 = new Uint16Array(this.memory);
  }

  sweep(level: Level, logits: number, count: number, table: number): number {
    const first = logits >> this.#shift;
    let invalid = 0;
    for (let done = 0; done < count; done += TILE) {
      const row = (table >> 3) + done / TILE * Column.stride;
      const length = Math.min(TILE, count - done);
      if (exactTile(level, this.#logits, first + done, length, this.#f64, row, this.base)) invalid++;
    }
    return invalid;
  }

  clear(slot: number): void {
    clearSlot(this.#f64, slot >> 3);
  }

  deposit(level: Level, table: number, tiles: number, slot: number): void {
    for (let i = 0; i < tiles; i++) {
      depositRow(level, this.#f64, this.#i32, (table >> 3) + i * Column.stride, slot >> 3);
    }
  }

  absorb(into: number, from: number): void {
    absorbSlot(this.#f64, this.#i32, into >> 3, from >> 3);
  }

  total(slot: number, out: number): void {
    totalSlot(this.#f64, this.#i32, slot >> 3, out >> 3, this.base);
  }

  probabilities(logits: number, count: number, mapped: number, mantissa: number, exponent: number): void {
    scaleExp(this.#logits, logits >> this.#shift, count, mapped >> this.#shift, mantissa, exponent, this.base);
  }

  logProbabilities(logits: number, count: number, mapped: number, maximum: number, logSum: number): void {
    subtract(this.#logits, logits >> this.#shift, count, mapped >> this.#shift, maximum, logSum);
  }

  collect(logits: number, count: number, threshold: number, inclusive: boolean, indices: number): number {
    return collectAbove(this.#logits, logits >> this.#shift, count, threshold, inclusive, this.#u32, indices >> 2);
  }

  bound(logits: number, count: number, k: number): number {
    return boundOf(this.#logits, logits >> this.#shift, count, k);
  }

  find(logits: number, count: number, value: number): number {
    return findValue(this.#logits, logits >> this.#shift, count, value);
  }

  countGreater(logits: number, count: number, value: number): number {
    return countAbove(this.#logits, logits >> this.#shift, count, value);
  }

  countMasked(logits: number, count: number): number {
    return countEqual(this.#logits, logits >> this.#shift, count, -Infinity);
  }

  tally(logits: number, count: number, least: number, cells: number): void {
    tallyCells(this.#logits, logits >> this.#shift, count, least, this.#u32, cells >> 2);
  }

  within(logits: number, count: number, low: number, high: number, mapped: number): void {
    copyWithin(this.#logits, logits >> this.#shift, count, low, high, mapped >> this.#shift);
  }

  weigh(logits: number, count: number, low: number, high: number, top: number, by: number, out: number): void {
    weighWithin(this.#logits, logits >> this.#shift, count, low, high, top, by, this.#f64, out >> 3);
  }

  widenF16(words: number, count: number, to: number): void {
    const out = to >> this.#shift;
    for (let i = 0; i < count; i++) this.#logits[out + i] = halfToNumber(this.#u16[(words >> 1) + i]);
  }

  widenBf16(words: number, count: number, to: number): void {
    const out = to >> this.#shift;
    for (let i = 0; i < count; i++) this.#logits[out + i] = bfloatToNumber(this.#u16[(words >> 1) + i]);
  }

  divide(logits: number, count: number, by: number): void {
    divideBy(this.#logits, logits >> this.#shift, count, this.element === "f32" ? Math.fround(by) : by);
  }

  softcap(logits: number, count: number, cap: number): void {
    softcapBy(this.#logits, logits >> this.#shift, count, cap);
  }

  checksum(at: number, bytes: number, seed: number, offset: number): number {
    const words = this.#i16;
    return sumBlocks(
      bytes,
      offset,
      seed,
      (skipped, first, count) => blockSum(words, (at + skipped) >> 1, first, count),
    );
  }

  pairSum(logits: number, count: number, out: number): void {
    pairSumOf(this.#logits, logits >> this.#shift, count, this.#f64, out >> 3);
  }

  pairScale(logits: number, count: number, mapped: number, mantissa: number, exponent: number): void {
    scaleExp(this.#logits, logits >> this.#shift, count, mapped >> this.#shift, mantissa, exponent, LOG2_E_PAIR);
  }

  read(logits: number, count: number): number {
    return sumLanes(this.#logits, logits >> this.#shift, count);
  }
}
