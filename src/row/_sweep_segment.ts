import { type Level, loadKernels } from "../../kernels/mod.ts";
import type { Segment } from "../core/mod.ts";
import { viewOf } from "./_run.ts";
import { SweptBlock } from "./_swept_block.ts";

/** Sweeps a tile that lies anywhere, and hands it on as a block: for reducers that are stepped by hand. */
export function sweepSegment({ values, row, start }: Segment, level: Level, step: (block: SweptBlock) => void): void {
  const kernels = loadKernels(undefined, values instanceof Float64Array ? "f64" : "f32");
  kernels.arena.lend((lane) => {
    const count = values.length;
    viewOf(kernels, lane.stage, count).set(values);
    kernels.sweep(level, lane.stage, count, lane.table);
    step(new SweptBlock(kernels, level, lane, lane.stage, count, row, start));
  });
}
