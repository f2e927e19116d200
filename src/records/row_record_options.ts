import type { InformationUnit } from "../reducers/mod.ts";

/** What a record holds besides what every row has. */
export interface RowRecordOptions {
  /** How many of the likeliest tokens; 5 when absent, no list for 0. */
  readonly topK?: number | undefined;
  /** The unit of the entropy; nats when absent. */
  readonly unit?: InformationUnit | undefined;
  /** Ids to score in every row. */
  readonly target?: readonly number[] | undefined;
  /** One id a row to score; -100 for rows to leave out. */
  readonly labels?: ArrayLike<number> | undefined;
  /** Scores row i against label i + 1. */
  readonly shift?: boolean | undefined;
  /** Ranks of targets and labels. */
  readonly rank?: boolean | undefined;
  /** Counts -Infinity. */
  readonly specials?: boolean | undefined;
  /** More reducers of the library, by name: those that need no option, as `"margin"`. Each has a field of its name. */
  readonly reducers?: readonly string[] | undefined;
}
