import { type Arena, type Kernels, loadKernels, TILE, TILES } from "../../kernels/mod.ts";
import type { Chunk } from "./chunk.ts";

/**
 * A copy of a chunk's logits as numbers: f32 for f32, f16 and bf16 (exact), f64 for f64.
 *
 * @example
 * ```ts
 * import { widen } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { rows: 1, vocabulary: 2, dtype: "bf16" } as const;
 * const data = Uint16Array.of(0x3f80, 0xc000);
 * assertEquals(widen({ shape, data, row: 0, start: 0 }), Float32Array.of(1, -2));
 * ```
 *
 * @param chunk The chunk.
 * @returns Its logits, in memory of their own.
 */
export function widen({ shape, data }: Chunk): Float32Array | Float64Array {
  if (!(data instanceof Uint16Array)) return data.slice();
  const kernels = loadKernels();
  const out = new Float32Array(data.length);
  const step = TILE * TILES;
  for (let from = 0; from < data.length; from += step) {
    const words = data.subarray(from, from + step);
    widenInto(kernels, shape.dtype === "f16" ? "f16" : "bf16", words, kernels.arena.stage);
    out.set(new Float32Array(kernels.memory, kernels.arena.stage, words.length), from);
  }
  return out;
}

/** Widens at most `TILES * TILE` words into the arena at `to`, by way of `arena.mapped`. */
export function widenInto(
  kernels: Kernels,
  dtype: "f16" | "bf16",
  words: Uint16Array,
  to: Arena["stage"],
): void {
  const { memory, arena } = kernels;
  let at = words.byteOffset;
  if (words.buffer !== memory) {
    at = arena.mapped;
    new Uint16Array(memory, at, words.length).set(words);
  }
  if (dtype === "f16") kernels.widenF16(at, words.length, to);
  else kernels.widenBf16(at, words.length, to);
}
