import type { Reducers, Results } from "./reducer.ts";

/** What is wrong with one of several aligned streams of a row. */
export type StreamReport = Pick<RowReport, "nan" | "posInf" | "allMasked" | "firstInvalid">;

/** What every reduced row says, whatever was asked. Of aligned streams the counts are those of all together. */
export interface RowReport {
  /** The source's row number. */
  readonly index: number;
  /** How many logits were read. */
  readonly count: number;
  /** How many logits are NaN; any makes the row's numbers NaN and its lists empty. */
  readonly nan: number;
  /** How many logits are +Infinity; any makes log-sum-exp +Infinity, entropy and probabilities NaN. */
  readonly posInf: number;
  /** Whether every logit is -Infinity. */
  readonly allMasked: boolean;
  /** The lowest id whose logit is NaN or +Infinity. */
  readonly firstInvalid: number | undefined;
  /** Whether only a part of the row was read. */
  readonly partial: boolean;
  /** Reads of the row: 1, or 2 if a reducer asked again. */
  readonly reads: number;
  /** Of aligned streams those that have no distribution, by name; absent where all have one. */
  readonly streams?: Readonly<Record<string, StreamReport>>;
}

/** One reduced row: the report and each reducer's result under its name. */
export type Row<T extends Reducers> = RowReport & Results<T>;
