import { Cell, exp, type Kernels } from "../../../kernels/mod.ts";
import { ranked } from "../../row/mod.ts";
import { CellReading } from "./_cell_reading.ts";
import { FAR } from "./_cells.ts";
import { divideEdit } from "../stages/_divide_edit.ts";
import { type Findings, momentsOf, type Wanted } from "./_findings.ts";
import { Poisoned } from "../cuts/_poisoned.ts";
import { Restart, windowEdit } from "../cuts/_restart.ts";
import type { Walk } from "./_row_chain.ts";
import { cellRung } from "../cuts/_rung.ts";
import { RungLadder } from "../cuts/_rung_ladder.ts";
import type { Facts } from "./_sums.ts";
import type { Edit, StageContext } from "../stages/stage.ts";

/** How far the sweep's sum may be off, relatively. */
const SUM_ERROR = 4e-6;

/**
 * What the first read knows, as ladders: the best tokens and all others as one cell; then, for what that cannot tell, the best tokens and
 * the others in cells by value.
 */
export function* firstLadders(
  kernels: Kernels,
  found: Findings,
  facts: Facts,
  count: number,
  wanted: Wanted,
): Iterable<RungLadder> {
  const { best, cells } = found;
  const others = best && best.size < best.k ? 0 : count - found.masked - (best?.size ?? 0);
  const order = best ? ranked(best) : [], spread = wanted.moments ? momentsOf(found) : undefined;
  const ladder = bestLadder(found, facts, order, spread);
  if (others > 0) pushOthers(ladder, facts, others, wanted);
  yield ladder;
  if (others <= 0 || !best || !cells || count > Cell.most || Math.abs(facts.maximum) > FAR) return;
  const finer = bestLadder(found, facts, order, spread);
  const reading = new CellReading(kernels, cells, best, facts.maximum, others);
  finer.source = reading;
  for (const rung of reading.rungs()) finer.push(rung);
  yield finer;
}

function bestLadder(
  { best, element }: Findings,
  { maximum }: Facts,
  order: readonly number[],
  spread: RungLadder["rowSpread"],
): RungLadder {
  const ladder = new RungLadder(maximum, element === "f64");
  for (const at of order) ladder.pushToken(best!.ids[at], best!.values[at]);
  ladder.rowSpread = spread;
  return ladder;
}

/** Adds all other tokens as one cell, from what the sweep says of the row. */
function pushOthers(ladder: RungLadder, { logSum, entropy }: Facts, n: number, { level }: Wanted): void {
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

/** Runs the stages on a ladder: it narrows, or throws `Undecided`, `Restart` or `Poisoned`. */
export function runStages(ladder: RungLadder, walk: Walk): void {
  ladder.slots = walk.candidates;
  for (let i = 0; i < walk.rest.length && ladder.to > ladder.from; i++) {
    const known = walk.context(i);
    const edits = editsOf(walk, i, ladder, known);
    ladder.noteEdges();
    ladder.anchor();
    if (edits.length === 0) continue;
    if (!ladder.listed) throw restart(ladder, edits, walk, i + 1);
    rewrite(ladder, edits, known.row);
  }
}

/** Runs a stage; gives the edits that it asks for. */
function editsOf({ rest, edit }: Walk, i: number, ladder: RungLadder, context: StageContext): readonly Edit[] {
  const stage = rest[i];
  if (stage.cut) return stage.cut(ladder, context)?.edits ?? [];
  const made = edit(i);
  return made ? [made] : [];
}

/** The edits of a stage, with those of stages behind it, if all of them do nothing else. */
function restart(ladder: RungLadder, edits: readonly Edit[], { rest, edit }: Walk, done: number): Restart {
  const all = [
    ...(ladder.whole ? [] : [windowEdit(ladder)]),
    ...(ladder.divisor === 1 ? [] : [divideEdit(ladder.divisor)]),
    ...edits,
  ];
  for (; !rest[done - 1].cut && done < rest.length && !rest[done].cut; done++) all.push(edit(done)!);
  return new Restart(all, done, ladder.candidates);
}

/** Applies edits to the listed tokens, one by one. */
function rewrite(ladder: RungLadder, edits: readonly Edit[], row: number): void {
  const values = new Float64Array(1);
  ladder.rewrite((x, id) => {
    values[0] = x;
    for (const edit of edits) edit.apply({ values, row, start: id });
    if (!(values[0] < Infinity)) throw new Poisoned(Number.isNaN(values[0]) ? "nan" : "infinity");
    return values[0];
  });
  // What an edit masks is a candidate still.
  ladder.slots = ladder.candidates;
  while (ladder.to > ladder.from && ladder.rungs[ladder.to - 1].upper === -Infinity) ladder.to--;
}
