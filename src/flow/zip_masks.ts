import {
  checkLogits,
  type Chunk,
  chunkRuns,
  type Logits,
  logitsFrom,
  type Operator,
  ParameterError,
  type Shape,
  shown,
  SourceError,
  SourceExhaustedError,
  widen,
} from "../core/mod.ts";
import { localSpec } from "../core/inside.ts";
import { mask } from "../operators/mod.ts";
import { readsOf } from "./_flow.ts";

/** Bits of a row, one an id, from the little end; 1 = allowed. */
export type PackedMask = Uint32Array | Int32Array | Uint8Array;

/**
 * Masks each row by the next bitmask of a stream: what a grammar engine gives beside each row of a model. Ids without a bit are
 * disallowed; their logits become -Infinity.
 *
 * Needs: a mask for each row that is read, in order (with `rows: [5, 9]` the first mask is row 5's); it is pulled when its row begins, and
 * masks that are left over are not. Gives: f32 logits (f64 for f64) that can be opened once,
 * as the masks can; a second read of a row comes from the row cache or a spill. Cost: one pass over each chunk, and a copy of it.
 *
 * @example Two rows, two masks
 * ```ts
 * import { collect, fromArray, maximum, zipMasks } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray([0, 9, 9, 0], { vocabulary: 2 });
 * const masks = ReadableStream.from([Uint32Array.of(0b01), Uint32Array.of(0b10)]);
 * const { best } = await collect(zipMasks(logits, masks), { best: maximum() });
 * assertEquals([...best.id], [0, 1]);
 * ```
 *
 * @param logits What to mask.
 * @param masks A mask a row.
 * @throws {ParameterError} If these are no logits or no stream of masks.
 * @returns The masked logits. They error with `E_SOURCE_SHORT` if the masks end early, and with `E_SHAPE` if one is wider than the row.
 */
export function zipMasks(logits: Logits, masks: ReadableStream<PackedMask>): Logits {
  checkLogits("mask", logits);
  if (typeof (masks as ReadableStream | null | undefined)?.getReader !== "function") {
    throw new ParameterError(`Cannot zip the logits with ${shown(masks)}: wanted a ReadableStream of masks`);
  }
  if (masks.locked) {
    throw new ParameterError("Cannot zip the logits with the masks: their stream is being read already");
  }
  const dtype = logits.shape.dtype === "f64" ? "f64" : "f32";
  const shape: Shape = Object.freeze({ ...logits.shape, dtype });
  let opened = false;
  return logitsFrom({
    shape,
    replay: "once",
    spec: localSpec("zipMasks", [logits.spec]),
    axes: logits.axes,
    reads: readsOf(logits),
    open(range) {
      if (opened) throw new SourceExhaustedError("Cannot open the masked logits again: their masks have been read");
      opened = true;
      return logits.open(range).pipeThrough(maskStream(shape, masks.getReader()));
    },
  });
}

function maskStream(shape: Shape, masks: ReadableStreamDefaultReader<PackedMask>): TransformStream<Chunk, Chunk> {
  let row = -1;
  let operator: Operator;
  const next = async (of: number): Promise<void> => {
    const { value } = await masks.read();
    if (!value) throw new SourceError(`Cannot mask row ${of}: the masks have ended`, "E_SOURCE_SHORT");
    operator = mask({ bits: value });
    operator.check?.(shape);
    row = of;
  };
  return new TransformStream<Chunk, Chunk>({
    async transform(chunk, controller) {
      const data = widen(chunk);
      for (const run of chunkRuns(chunk)) {
        if (run.row !== row) await next(run.row);
        const values = data.subarray(run.offset, run.offset + run.count);
        operator.apply({ values, row: run.row, start: run.start });
      }
      controller.enqueue({ shape, data, row: chunk.row, start: chunk.start });
    },
    flush: () => masks.cancel(),
    cancel: (reason) => masks.cancel(reason),
  });
}
