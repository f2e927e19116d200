// What a second or third read of a row must find out.
import { divisorOf, divisorsOf } from "../stages/_chain.ts";
import { proposalsFor } from "./_read_plan.ts";
import { isCell, type LogitRange } from "../cuts/_rung.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import type { Edit, Stage } from "../stages/stage.ts";

/** A row as a later read meets it. */
interface EditedRow {
  /** The largest logit. */
  readonly top: number;
  readonly vocabulary: number;
  readonly edits: readonly Edit[];
  /** How many later reads there are with this one, since the row was last edited. */
  readonly round: number;
}

/** What a later read must find out: some tokens one by one, sums of what lies between, and draws from those in the window. */
export interface BandPlan extends EditedRow {
  /** Where tokens are listed one by one: apart from each other, best first. */
  readonly listed: readonly LogitRange[];
  /** What lies between: each is summed up. */
  readonly bands: readonly LogitRange[];
  /** The temperatures at which sums are wanted. */
  readonly divisors: readonly number[];
  /** Bands from which tokens are drawn, at temperature `by`. */
  readonly drawn: readonly LogitRange[];
  readonly by: number;
  readonly proposals: number;
}

/** In so many reads of a row what is left of a chain, up to its next edits, is decided: the last one lists every token. */
export const ROUNDS = 3;

/**
 * Plans a later read. `rest`: the stages that are left; `noted`: where tokens are listed already, and where decisions fell that the reads
 * so far could not make.
 */
export function planBands(
  row: EditedRow,
  ladder: RungLadder,
  rest: readonly Stage[],
  draws: number,
  noted: readonly LogitRange[],
): BandPlan {
  const listed = joined(row.round < ROUNDS - 1 ? noted : [{ low: -Number.MAX_VALUE, high: Infinity }]);
  const bands = bandsBetween(listed);
  const cells = ladder.kept.filter(isCell);
  return {
    ...row,
    listed,
    bands,
    divisors: divisorsOf(rest, ladder.wide),
    drawn: bands.filter(({ low, high }) => cells.some((cell) => cell.rawLower < high && cell.rawUpper > low)),
    by: divisorOf(rest, ladder.wide) ?? 1,
    proposals: proposalsFor(rest, draws),
  };
}

/** Ranges without overlap, best first. An empty one stays unless another holds it: the bands are parted there. */
function joined(ranges: readonly LogitRange[]): LogitRange[] {
  const order = [...ranges].sort((a, b) => b.high - a.high || b.low - a.low);
  const apart: LogitRange[] = [];
  for (const range of order) {
    const last = apart[apart.length - 1];
    if (last && range.high > last.low) {
      if (range.low < last.low) apart[apart.length - 1] = { low: range.low, high: last.high };
    } else if (!last || range.low < range.high || range.low < last.low) apart.push(range);
  }
  return apart;
}

/** Everything between ranges that are sorted, best first. */
function bandsBetween(listed: readonly LogitRange[]): LogitRange[] {
  const bands: LogitRange[] = [];
  let high = Infinity;
  for (const range of listed) {
    if (range.high < high) bands.push({ low: range.high, high });
    high = range.low;
  }
  if (high > -Number.MAX_VALUE) bands.push({ low: -Number.MAX_VALUE, high });
  return bands;
}
