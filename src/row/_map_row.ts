import { type Kernels, TILE, TILES } from "../../kernels/mod.ts";
import type { RowFacts, RowMap } from "../core/mod.ts";
import { isInvalid } from "./_invalid_row.ts";
import { dividedTo, partOf, type Run, type Values, viewOf } from "./_run.ts";

/** What a row without a distribution becomes. */
export type InvalidAs = "nan" | "zero";

/** Maps a run of a row of which everything is known, to `out`, which is as long. Logits that are still to be divided are, elsewhere. */
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
  for (let done = 0; done < run.count; done += TILES * TILE) {
    const size = Math.min(TILES * TILE, run.count - done);
    const part = partOf(kernels, run, done, done + size);
    const mapPart = part.by === undefined ? mappedOf : mappedOfDivided;
    out.set(mapPart(kernels, rowMap, part, facts), done);
  }
}

/** What a map makes of a part that a lane has room for: a view of the lane. */
function mappedOf(
  kernels: Kernels,
  rowMap: RowMap,
  { lanes: [{ mapped }], at: [at], count, row, start }: Run,
  facts: RowFacts,
): Values {
  const results = viewOf(kernels, mapped, count);
  if (rowMap.emitBlock) rowMap.emitBlock(kernels, at, count, mapped, facts);
  else rowMap.emit({ values: viewOf(kernels, at, count), row, start }, results, facts);
  return results;
}

/** The same of logits that are still to be divided: in another lane, as they are left as they are. */
function mappedOfDivided(kernels: Kernels, rowMap: RowMap, part: Run, facts: RowFacts): Values {
  return kernels.arena.lend(({ stage }) => {
    dividedTo(kernels, stage, part.at[0], part.count, part.by!);
    return mappedOf(kernels, rowMap, { ...part, at: [stage], by: undefined }, facts);
  });
}
