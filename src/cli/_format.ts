import type { LabelSummary } from "../reducers/mod.ts";
import type { RowRecord } from "../records/mod.ts";

/** How rows become text. */
export interface Format {
  /** Before the first row. */
  readonly head: string;
  /** One row. */
  row(record: RowRecord): string;
  /** After the last row, where there were labels. */
  summary(summary: LabelSummary): string;
}
