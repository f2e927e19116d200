import { kernelsOf, type Level, loadKernels } from "../../kernels/mod.ts";
import type { Segment } from "../core/mod.ts";
import { eachRun } from "./_row_values.ts";
import { SweptBlock } from "./_swept_block.ts";

/**
 * Sweeps logits that lie anywhere, however many, and hands them on as blocks: for reducers that are stepped by hand, or tile by tile. Where
 * they lie in an arena its backend sweeps them, as it does for who takes blocks.
 */
export function sweepSegment({ values, row, start }: Segment, level: Level, step: (block: SweptBlock) => void): void {
  const kernels = kernelsOf(values.buffer) ?? loadKernels(undefined, values instanceof Float64Array ? "f64" : "f32");
  eachRun(kernels, [values], row, ({ lanes: [lane], at: [at], count, start: from }) => {
    kernels.sweep(level, at, count, lane.table);
    step(new SweptBlock(kernels, level, lane, at, count, row, start + from));
  });
}
