import { type Kernels, TILE, TILES } from "../../kernels/mod.ts";
import { isDetached, ShapeError, shown } from "../core/mod.ts";
import { type Run, type Values, viewOf } from "./_run.ts";

/** Refuses what is no row of logits in memory. `what`: what cannot be done, as "reduce the row". */
export function checkRow(what: string, values: Values): void {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) {
    throw new ShapeError(
      `Cannot ${what}: it is ${shown(values)}, wanted a Float32Array or Float64Array of logits`,
      "E_DTYPE",
    );
  }
  if (isDetached(values)) {
    throw new ShapeError(`Cannot ${what}: its memory was transferred away; pass a copy`, "E_DETACHED");
  }
  if (values.length === 0) throw new ShapeError(`Cannot ${what}: it has no logits, wanted at least 1`, "E_EMPTY");
}

/** Visits aligned rows in memory from their first id to their last, as runs of the arena. */
export function eachRun(kernels: Kernels, rows: readonly Values[], row: number, visit: (run: Run) => void): void {
  kernels.arena.lendMany(rows.length, (lanes) => {
    const vocabulary = rows[0].length;
    for (let start = 0; start < vocabulary; start += TILES * TILE) {
      const count = Math.min(TILES * TILE, vocabulary - start);
      const at = rows.map((values, stream) => {
        const slice = values.subarray(start, start + count);
        if (slice.buffer === kernels.memory) return slice.byteOffset;
        viewOf(kernels, lanes[stream].stage, count).set(slice);
        return lanes[stream].stage;
      });
      visit({ lanes, at, count, row, start });
    }
  });
}
