import { type Logits, ParameterError, ShapeError } from "../../core/mod.ts";
import { entropyMonitor, reduce, tap } from "../../flow/mod.ts";
import { reducersIn } from "../../records/inside.ts";
import { recordReducers, type RowRecord, rowRecord, type RowRecordOptions } from "../../records/mod.ts";
import { entropy, LabelSummary, logSumExp, maximum, type TargetScore } from "../../reducers/mod.ts";
import type { Exchange } from "../_exchange.ts";
import { parseQuery, ReduceQuery } from "./_query.ts";
import { bringLogits, flowOptions, idsOfPart } from "../body/_request_logits.ts";
import { checkLimit } from "../guard/_check_limit.ts";
import { Progress } from "../answer/_progress.ts";
import type { RowSource } from "../answer/_row_pieces.ts";
import { rowsResponse, writtenOf } from "../answer/_rows_response.ts";

type Query = ReturnType<typeof queryOf>;

/** Logits of a chunk of a stream: rows that are shorter go out together. */
const CHUNK = 65_536;

/** Logits between two words of progress. */
const PROGRESS = 2 ** 22;

/** `POST /v1/reduce`: rows of logits to rows of results. */
export async function reduceRoute(exchange: Exchange): Promise<Response> {
  const query = queryOf(exchange);
  const written = writtenOf(exchange.request, query.format);
  const { logits, parts } = await bringLogits(exchange, query, ["labels"]);
  const labels = await idsOfPart(parts, "labels");
  if (!labels && (query.shift || (query.rank && !query.target))) {
    throw new ParameterError('Cannot use rank or shift without labels (a part "labels" before the logits) or target');
  }
  const options = recordOptionsOf(query, labels);
  return await rowsResponse(exchange, resultsOf(exchange, logits, query, options, written === "sse"), written);
}

function queryOf({ request: { url }, service: { limits } }: Exchange) {
  const query = parseQuery(ReduceQuery, url);
  checkRecordLimits(query, limits.topK);
  const monitor = [query.window, query.threshold, query.dwell].filter((value) => value !== undefined).length;
  if (monitor !== 0 && monitor !== 3) {
    throw new ParameterError("Cannot watch the entropy: wanted window, threshold and dwell together");
  }
  return query;
}

/** Refuses lists that are too long. */
export function checkRecordLimits(
  query: { topK?: number | undefined; target?: readonly number[] | undefined },
  limit: number,
): void {
  checkLimit("topK", query.topK ?? 0, limit);
  checkLimit("target ids:", query.target?.length ?? 0, limit);
}

/** What a query asks for in each row. */
export function recordOptionsOf(
  query: Pick<Query, "topK" | "target" | "specials" | "entropy"> & {
    rank?: boolean | undefined;
    shift?: boolean | undefined;
  },
  labels?: ArrayLike<number>,
): RowRecordOptions {
  const { topK, target, specials, entropy: unit, rank, shift } = query;
  return { topK, target, specials, unit, rank, shift, labels, reducers: reducersIn(query) };
}

/** The rows of the answer, as they are made. */
function resultsOf(
  exchange: Exchange,
  logits: Logits,
  query: Query,
  options: RowRecordOptions,
  events: boolean,
): RowSource {
  const summary = new LabelSummary();
  const every = query.progress ?? PROGRESS;
  const progress = events && logits.shape.vocabulary > every ? new Progress() : undefined;
  const seen = progress ? watched(logits, every, progress) : logits;
  const reduced = reduce(seen, recordReducers(options), {
    ...flowOptions(exchange, query),
    ...(query.onInvalid ? { onInvalid: query.onInvalid } : {}),
  });
  const records = reduced.pipeThrough(
    new TransformStream({
      transform(row, controller) {
        summary.add((row as { readonly label?: TargetScore }).label);
        controller.enqueue(rowRecord(row, options));
      },
    }),
  );
  return {
    rows: monitored(records, query),
    short: logits.shape.vocabulary < CHUNK,
    finish: (rows) => options.labels && summaryOf(summary, options.labels.length, rows, query.rows === undefined),
    ...(progress ? { progress } : {}),
  };
}

/** With the entropy monitor where it is asked for. */
function monitored(records: ReadableStream<RowRecord>, { window, threshold, dwell }: Query): ReadableStream<RowRecord> {
  if (window === undefined || threshold === undefined || dwell === undefined) return records;
  return records.pipeThrough(entropyMonitor({ window, threshold, dwell }));
}

/** The same logits, telling how far a row is and what it comes to so far. */
function watched(logits: Logits, every: number, progress: Progress): Logits {
  let next = every;
  return tap(logits, { best: maximum(), lse: logSumExp(), entropy: entropy() }, (row) => {
    if (row.count < next && row.count >= next - every) return;
    next = (Math.floor(row.count / every) + 1) * every;
    if (row.partial && row.count >= every) {
      progress.report({
        row: row.index,
        count: row.count,
        vocabulary: logits.shape.vocabulary,
        max: row.best.value,
        lse: row.lse,
        entropy: row.entropy,
      });
    }
  });
}

/** The last line of an answer about labels. */
function summaryOf(summary: LabelSummary, labels: number, rows: number, all: boolean): unknown {
  if (all && labels !== rows) {
    throw new ShapeError(`Cannot use ${labels} labels: the logits have ${rows} rows, wanted one label a row`);
  }
  return { rows: summary.rows, nll: summary.nll, perplexity: summary.perplexity };
}
