import { TILE } from "../../kernels/mod.ts";
import type { Segment } from "./segment.ts";

/** Rewrites logits of one row in place, tile by tile: what is applied, operator or edit, never sees more than a tile. */
export function applyTiles(
  operators: readonly { apply(segment: Segment): void }[],
  values: Segment["values"],
  row: number,
  start: number,
): void {
  for (let done = 0; done < values.length;) {
    const id = start + done;
    const end = done + TILE - id % TILE;
    const segment = { values: values.subarray(done, end), row, start: id };
    for (const operator of operators) operator.apply(segment);
    done = end;
  }
}
