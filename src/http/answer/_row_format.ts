import type { RowRecord } from "../../records/mod.ts";
import { ndjsonLine } from "../../sinks/mod.ts";
import type { Problem } from "../_problem.ts";

/** What an answer's row may be: a record, and what the service adds to it. */
export type AnyRow = RowRecord | Readonly<Record<string, unknown> & { row: number }>;

/** How rows become the text of an answer. */
export interface RowFormat {
  readonly type: string;
  row(record: AnyRow): string;
  /** After the last row, where there were labels. */
  summary(summary: unknown): string;
  /** Instead of the rows that would follow. */
  error(problem: Problem): string;
  /** After everything; tells that nothing was cut off. */
  end(rows: number): string;
  /** Inside a long row. */
  progress?(progress: unknown): string;
}

/** One JSON object a line. */
export const NDJSON: RowFormat = {
  type: "application/x-ndjson",
  row: ndjsonLine,
  summary: (summary) => ndjsonLine({ summary }),
  error: (error) => ndjsonLine({ error }),
  end: () => "",
};

/** Server-sent events. */
export const EVENTS: RowFormat = {
  type: "text/event-stream",
  row: (record) => `id: ${record.row}\n${event("row", record)}`,
  summary: (summary) => event("summary", summary),
  error: (problem) => event("error", problem),
  end: (rows) => event("end", { rows }),
  progress: (progress) => event("progress", progress),
};

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${ndjsonLine(data)}\n`;
}
