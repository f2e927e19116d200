import { type Kernels, TILE, TILES } from "../../kernels/mod.ts";
import type { RowFacts, RowMap } from "../core/mod.ts";
import { isInvalid } from "./_invalid_row.ts";
import { elementBytes, type Run, type Values, viewOf } from "./_run.ts";

/** What a row without a distribution becomes. */
export type InvalidAs = "nan" | "zero";

/** Maps a run of a row of which everything is known, to `out`, which is as long. */
export function mapRun(
  kernels: Kernels,
  rowMap: RowMap,
  run: Run,
  facts: RowFacts,
  invalid: InvalidAs,
  out: Values,
): void {
  if (isInvalid(facts)) {
    out.fill(invalid === "zero" ? 0 : NaN);
    return;
  }
  const { lanes: [{ mapped }], at: [first], count, row, start } = run;
  const bytes = elementBytes(kernels);
  for (let done = 0; done < count; done += TILES * TILE) {
    const size = Math.min(TILES * TILE, count - done);
    const from = first + done * bytes;
    const results = viewOf(kernels, mapped, size);
    if (rowMap.emitBlock) rowMap.emitBlock(kernels, from, size, mapped, facts);
    else rowMap.emit({ values: viewOf(kernels, from, size), row, start: start + done }, results, facts);
    out.set(results, done);
  }
}
