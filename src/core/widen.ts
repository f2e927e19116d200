import { type Kernels, loadKernels, TILE } from "../../kernels/mod.ts";
import type { Chunk } from "./chunk.ts";

/**
 * A copy of a chunk's logits as numbers: f32 for f32, f16 and bf16 (exact), f64 for f64.
 *
 * @example Two bfloat16 words
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
  const { scratch } = kernels.arena;
  for (let from = 0; from < data.length; from += TILE) {
    const words = data.subarray(from, from + TILE);
    widenInto(kernels, shape.dtype === "f16" ? "f16" : "bf16", words, scratch, scratch + 4 * TILE);
    out.set(new Float32Array(kernels.memory, scratch, words.length), from);
  }
  return out;
}

/**
 * Widens words into the arena at `to`; those that lie elsewhere are first copied to `by`.
 *
 * @example One half float
 * ```ts
 * import { widenInto } from "@sluice/sluice/core";
 * import { loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels();
 * const { memory, arena } = kernels;
 * arena.lend(({ stage, mapped }) => {
 *   widenInto(kernels, "f16", Uint16Array.of(0x3c00), stage, mapped);
 *   assertEquals(new Float32Array(memory, stage, 1)[0], 1);
 * });
 * ```
 *
 * @param kernels Whose arena.
 * @param dtype What the words are.
 * @param words The words: as many as fit at `to` and `by`.
 * @param to Address of the first logit.
 * @param by Address of room for the words.
 */
export function widenInto(
  kernels: Kernels,
  dtype: "f16" | "bf16",
  words: Uint16Array,
  to: number,
  by: number,
): void {
  const { memory } = kernels;
  let at = words.byteOffset;
  if (words.buffer !== memory) {
    at = by;
    new Uint16Array(memory, at, words.length).set(words);
  }
  if (dtype === "f16") kernels.widenF16(at, words.length, to);
  else kernels.widenBf16(at, words.length, to);
}
