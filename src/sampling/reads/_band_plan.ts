import { divisorOf, divisorsOf } from "../stages/_chain.ts";
import { proposalsFor } from "./_wanted.ts";
import { isCell, type LogitRange } from "../cuts/_rung.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import type { Edit, Stage } from "../stages/stage.ts";

/** What a later read must find out. */
export interface BandPlan {
  /** The largest logit. */
  readonly top: number;
  readonly vocabulary: number;
  readonly edits: readonly Edit[];
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
  readonly round: number;
}

/** In so many reads of a row what is left of a chain, up to its next edits, is decided: the last one lists every token. */
export const ROUNDS = 3;

/** What is to be found out. */
export interface Question {
  /** The largest logit. */
  readonly top: number;
  readonly vocabulary: number;
  readonly edits: readonly Edit[];
  /** The stages that are left. */
  readonly rest: readonly Stage[];
  /** How many tokens are drawn. */
  readonly draws: number;
  /** Where decisions fell that the reads so far could not make. */
  readonly noted: readonly LogitRange[];
  /** How many reads have asked already. */
  readonly round: number;
}

/** What the next read must find out: some tokens one by one, sums of what lies between, and draws from those in the window. */
export function planOf({ top, vocabulary, edits, rest, draws, noted, round }: Question, ladder: RungLadder): BandPlan {
  const listed = joined(round < ROUNDS - 1 ? noted : [{ low: -Number.MAX_VALUE, high: Infinity }]);
  const bands = bandsBetween(listed);
  const cells = ladder.kept.filter(isCell);
  return {
    top,
    vocabulary,
    edits,
    listed,
    bands,
    divisors: divisorsOf(rest, ladder.wide),
    drawn: bands.filter(({ low, high }) => cells.some((cell) => cell.rawLower < high && cell.rawUpper > low)),
    by: divisorOf(rest, ladder.wide) ?? 1,
    proposals: proposalsFor(rest, draws),
    round,
  };
}

/** Ranges without overlap, best first. Empty ones stay where they are no part of another: they part what lies around them. */
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
