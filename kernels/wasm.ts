import { Arena, arenaBytes } from "./arena.ts";
import type { Kernels, Level } from "./kernels.ts";
import { Cell, Column, TILE } from "./layout.ts";
import { BINARY as FMA } from "./gen/fma.ts";
import { BINARY as SIMD } from "./gen/simd.ts";
import { type Base, LOG2_E_PAIR } from "./reference/binary_exponent.ts";
import { cellBase, tallyCells } from "./reference/cells.ts";
import { sumBlocks } from "./reference/checksum.ts";
import { exactTile } from "./reference/exact_tile.ts";
import { scaleExp } from "./reference/maps.ts";
import { pairSumOf } from "./reference/pair.ts";
import { totalSlot } from "./reference/total.ts";
import { leastFloat } from "./least_float.ts";

/** What the binaries export: see `asm/mod.ts`. Addresses in bytes. */
interface Exports {
  sweepMaxima(logits: number, count: number, table: number): number;
  sweepSums(logits: number, count: number, table: number): number;
  sweepMoments(logits: number, count: number, table: number, squares: boolean): number;
  clear(slot: number): void;
  deposit(level: number, table: number, tiles: number, slot: number): void;
  absorb(into: number, from: number): void;
  scaleTiles(logits: number, count: number, mapped: number, inverse: number, exponent: number, tile: number): number;
  subtract(logits: number, count: number, mapped: number, maximum: number, logSum: number): void;
  collect(logits: number, count: number, threshold: number, indices: number): number;
  bound(logits: number, count: number, k: number): number;
  find(logits: number, count: number, value: number): number;
  countFrom(logits: number, count: number, threshold: number): number;
  countMasked(logits: number, count: number): number;
  tally(logits: number, count: number, base: number, least: number, cells: number): void;
  within(logits: number, count: number, low: number, high: number, mapped: number): void;
  weigh(
    logits: number,
    count: number,
    low: number,
    high: number,
    top: number,
    inverse: number,
    out: number,
  ): void;
  widenF16(words: number, count: number, to: number): void;
  widenBf16(words: number, count: number, to: number): void;
  divide(logits: number, count: number, by: number): void;
  softcap(logits: number, count: number, cap: number): void;
  sumBlock(words: number, first: number, count: number): number;
  pairSum(logits: number, count: number, out: number): number;
  pairScale(logits: number, count: number, mapped: number, inverse: number, exponent: number): void;
  read(logits: number, count: number): number;
  probeMultiplyAdd(a: number, b: number, c: number): number;
  probeNegatedMultiplyAdd(a: number, b: number, c: number): number;
}

/** log2(e) rounded to float32: the fused build's base. */
const LOG2_E_FLOAT = 1.4426950216293335;
/** A build's base, and the greatest magnitude of exponents it can map to. */
const BUILDS = {
  fma: { binary: FMA, base: { hi: LOG2_E_FLOAT, lo: 0 }, range: 3e6 },
  simd: { binary: SIMD, base: LOG2_E_PAIR, range: 46000 },
} as const;
const LEVELS = { maximum: 0, sum: 1, moments: 2, squares: 3 } as const;

/** The bytes of a build's module. */
export function binaryOf(build: "fma" | "simd"): Uint8Array<ArrayBuffer> {
  const text = atob(BUILDS[build].binary);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Compiles and instantiates a build over a memory. */
export function instantiate(build: "fma" | "simd", memory: WebAssembly.Memory): Exports {
  const module = new WebAssembly.Module(binaryOf(build));
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
}

/**
 * Whether relaxed multiply-adds round once here, both of them: of `(1 + 2^-13)^2 = 1 + 2^-12 + 2^-26` only a single rounding
 * keeps the last term when the others are taken off.
 */
export function isFused(exports: Pick<Exports, "probeMultiplyAdd" | "probeNegatedMultiplyAdd">): boolean {
  const a = 1 + 2 ** -13;
  const rounded = 1 + 2 ** -12;
  return exports.probeMultiplyAdd(a, a, -rounded) === 2 ** -26 &&
    exports.probeNegatedMultiplyAdd(a, a, rounded) === -(2 ** -26);
}

/** The kernels of one WASM build. What its fast path cannot do, the float64 path in TypeScript does, in the same base. */
export class WasmKernels implements Kernels {
  readonly backend: "fma" | "simd";
  readonly element = "f32";
  readonly memory: ArrayBuffer;
  readonly arena: Arena;
  readonly base: Base;
  readonly #exports: Exports;
  readonly #range: number;
  readonly #f32: Float32Array;
  readonly #f64: Float64Array;
  readonly #i32: Int32Array;
  readonly #u32: Uint32Array;

  constructor(build: "fma" | "simd") {
    const pages = arenaBytes("f32") / 65536;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.backend = build;
    this.base = BUILDS[build].base;
    this.memory = memory.buffer as ArrayBuffer;
    this.arena = new Arena(this.memory, "f32");
    this.#exports = instantiate(build, memory);
    this.#range = BUILDS[build].range;
    this.#f32 = new Float32Array(this.memory);
    this.#f64 = new Float64Array(this.memory);
    this.#i32 = new Int32Array(this.memory);
    this.#u32 = new Uint32Array(this.memory);
  }

  sweep(level: Level, logits: number, count: number, table: number): number {
    const marked = level === "sum"
      ? this.#exports.sweepSums(logits, count, table)
      : level === "maximum"
      ? this.#exports.sweepMaxima(logits, count, table)
      : this.#exports.sweepMoments(logits, count, table, level === "squares");
    return marked === 0 ? 0 : this.#sweepMarked(level, logits, count, table);
  }

  /** Does the marked tiles again in float64; gives how many are invalid. */
  #sweepMarked(level: Level, logits: number, count: number, table: number): number {
    let invalid = 0;
    for (let done = 0; done < count; done += TILE) {
      const row = (table >> 3) + done / TILE * Column.stride;
      if (this.#f64[row + Column.nan] >= 0) continue;
      const length = Math.min(TILE, count - done);
      if (exactTile(level, this.#f32, (logits >> 2) + done, length, this.#f64, row, this.base)) invalid++;
    }
    return invalid;
  }

  clear(slot: number): void {
    this.#exports.clear(slot);
  }

  deposit(level: Level, table: number, tiles: number, slot: number): void {
    this.#exports.deposit(LEVELS[level], table, tiles, slot);
  }

  absorb(into: number, from: number): void {
    this.#exports.absorb(into, from);
  }

  total(slot: number, out: number): void {
    totalSlot(this.#f64, this.#i32, slot >> 3, out >> 3, this.base);
  }

  probabilities(logits: number, count: number, mapped: number, mantissa: number, exponent: number): void {
    const inverse = 1 / mantissa;
    const fast = Math.abs(exponent) <= this.#range && inverse > 0 && inverse <= 1;
    const tiles = Math.ceil(count / TILE);
    for (let tile = 0; tile < tiles; tile++) {
      if (fast) tile = this.#exports.scaleTiles(logits, count, mapped, inverse, exponent, tile);
      if (tile >= tiles) return;
      const skip = tile * TILE;
      const length = Math.min(TILE, count - skip);
      const from = (logits >> 2) + skip;
      scaleExp(this.#f32, from, length, (mapped >> 2) + skip, mantissa, exponent, this.base);
    }
  }

  logProbabilities(logits: number, count: number, mapped: number, maximum: number, logSum: number): void {
    this.#exports.subtract(logits, count, mapped, maximum, logSum);
  }

  collect(logits: number, count: number, threshold: number, inclusive: boolean, indices: number): number {
    return this.#exports.collect(logits, count, leastFloat(threshold, inclusive), indices);
  }

  bound(logits: number, count: number, k: number): number {
    return k >= 1 && k <= 64 ? this.#exports.bound(logits, count, k) : -Infinity;
  }

  find(logits: number, count: number, value: number): number {
    return Math.fround(value) === value ? this.#exports.find(logits, count, value) : -1;
  }

  countGreater(logits: number, count: number, value: number): number {
    return this.#exports.countFrom(logits, count, leastFloat(value, false));
  }

  countMasked(logits: number, count: number): number {
    return this.#exports.countMasked(logits, count);
  }

  tally(logits: number, count: number, least: number, cells: number): void {
    const base = cellBase(least);
    if (base === undefined) tallyCells(this.#f32, logits >> 2, count, least, this.#u32, cells >> 2);
    else this.#exports.tally(logits, count, base, least / Cell.perUnit - base, cells);
  }

  within(logits: number, count: number, low: number, high: number, mapped: number): void {
    this.#exports.within(logits, count, leastFloat(low, true), leastFloat(high, true), mapped);
  }

  weigh(logits: number, count: number, low: number, high: number, top: number, by: number, out: number): void {
    this.#exports.weigh(logits, count, low, high, top, 1 / by, out);
  }

  widenF16(words: number, count: number, to: number): void {
    this.#exports.widenF16(words, count, to);
  }

  widenBf16(words: number, count: number, to: number): void {
    this.#exports.widenBf16(words, count, to);
  }

  divide(logits: number, count: number, by: number): void {
    this.#exports.divide(logits, count, by);
  }

  softcap(logits: number, count: number, cap: number): void {
    this.#exports.softcap(logits, count, cap);
  }

  checksum(at: number, bytes: number, seed: number, offset: number): number {
    const sumBlock = this.#exports.sumBlock;
    return sumBlocks(bytes, offset, seed, (skipped, first, count) => sumBlock(at + skipped, first, count));
  }

  pairSum(logits: number, count: number, out: number): void {
    const outOfRange = this.#exports.pairSum(logits, count, out);
    if (outOfRange) pairSumOf(this.#f32, logits >> 2, count, this.#f64, out >> 3);
  }

  pairScale(logits: number, count: number, mapped: number, mantissa: number, exponent: number): void {
    if (mantissa > 0 && Math.abs(exponent) <= this.#range) {
      this.#exports.pairScale(logits, count, mapped, 1 / mantissa, exponent);
    } else scaleExp(this.#f32, logits >> 2, count, mapped >> 2, mantissa, exponent, LOG2_E_PAIR);
  }

  read(logits: number, count: number): number {
    return this.#exports.read(logits, count);
  }
}
