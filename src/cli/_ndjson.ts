import { ndjsonLine } from "../sinks/mod.ts";
import type { Format } from "./_format.ts";

/** One JSON object a line. */
export const NDJSON: Format = {
  head: "",
  row: ndjsonLine,
  summary: ({ rows, nll, perplexity }) => ndjsonLine({ summary: { rows, nll, perplexity } }),
};
