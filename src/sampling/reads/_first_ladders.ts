// What the first read has found, as ladders that the stages can run on.
import { Cell, exp } from "../../../kernels/mod.ts";
import { ranked } from "../../row/mod.ts";
import { CellReading } from "./_cell_reading.ts";
import { FAR } from "./_cells.ts";
import { type Findings, kernelsOf, momentsOf } from "./_findings.ts";
import type { ReadPlan } from "./_read_plan.ts";
import { cellRung } from "../cuts/_rung.ts";
import { RungLadder } from "../cuts/_rung_ladder.ts";
import type { RowSums } from "./_sums.ts";

/** How far the sweep's sum may be off, relatively. */
const SUM_ERROR = 4e-6;

/**
 * What the first read knows, as ladders: the best tokens and all others as one cell; then, for what that cannot tell, the best tokens and
 * the others in cells by value.
 */
export function* firstLadders(found: Findings, sums: RowSums, count: number, plan: ReadPlan): Iterable<RungLadder> {
  const { best, cells } = found;
  const others = best && best.size < best.k ? 0 : count - found.masked - (best?.size ?? 0);
  const order = best ? ranked(best) : [], spread = plan.moments ? momentsOf(found) : undefined;
  const bestLadder = () => {
    const ladder = new RungLadder(sums.maximum, found.element === "f64");
    for (const at of order) ladder.pushEqual(best!.values[at], best!.ids[at]);
    ladder.rowSpread = spread;
    return ladder;
  };
  const ladder = bestLadder();
  if (others > 0) pushOthers(ladder, sums, others, plan);
  yield ladder;
  if (others <= 0 || !best || !cells || count > Cell.most || Math.abs(sums.maximum) > FAR) return;
  const finer = bestLadder();
  const reading = new CellReading(kernelsOf(found), cells, best, sums.maximum, others);
  finer.source = reading;
  for (const rung of reading.rungs()) finer.push(rung);
  yield finer;
}

/** Adds all other tokens as one cell, from what the sweep says of the row. */
function pushOthers(ladder: RungLadder, { logSum, entropy }: RowSums, n: number, { level }: ReadPlan): void {
  const { mass, rungs, top } = ladder;
  const total = level === "maximum" ? mass : exp(logSum);
  const moment = rungs.reduce((sum, { h }) => sum + h, 0);
  const all = level === "moments" ? total * (logSum - entropy) : NaN;
  const rawUpper = rungs.length > 0 ? rungs[rungs.length - 1].upper : top;
  const facts = { cell: 0, span: 1, n, rawUpper, rawLower: -Number.MAX_VALUE, closed: true };
  // The squares of the others lie between 0 and their mass times the largest of them.
  ladder.push(cellRung(facts, [Math.max(0, total - mass), all - moment, NaN], 1));
  ladder.slack = level === "maximum" ? 0 : SUM_ERROR * total;
}
