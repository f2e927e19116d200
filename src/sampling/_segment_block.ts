import { freeKernels, type Level, loadKernels } from "../../kernels/mod.ts";
import type { Block, Segment } from "../core/mod.ts";
import { requireFree } from "./_hold.ts";
import { logitsAt, scratchOf } from "./_scratch.ts";

/** A tile that lies anywhere as a swept block in scratch memory. */
export function blockOf({ values, row, start }: Segment, level: Level): Block {
  requireFree();
  const kernels = freeKernels(loadKernels(undefined, values instanceof Float64Array ? "f64" : "f32"));
  const scratch = scratchOf(kernels);
  const staged = logitsAt(kernels, scratch.raw, values.length);
  staged.set(values);
  kernels.sweep(level, scratch.raw, values.length, scratch.rawTable);
  return {
    kernels,
    at: scratch.raw,
    count: values.length,
    tiles: 1,
    row,
    start,
    level,
    table: scratch.views.rawTable,
    values: staged,
  };
}
