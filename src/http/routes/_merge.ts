import { errorCode, type Reducers, ServiceError, StateFormatError } from "../../core/mod.ts";
import { recordReducers, type RowRecord, rowRecord } from "../../records/mod.ts";
import { finishState, loadState, mergeStates, type RowState } from "../../row/mod.ts";
import type { Exchange } from "../_exchange.ts";
import { MergeQuery, parseQuery } from "./_query.ts";
import { checkRecordLimits, recordOptionsOf } from "./_reduce.ts";
import { requestBody } from "../body/_request_body.ts";
import { essence } from "../body/_request_logits.ts";
import { checkLimit } from "../guard/_check_limit.ts";
import { rowsResponse, writtenOf } from "../answer/_rows_response.ts";
import { LimitedBytesTransformStream, TextLineStream } from "../body/_streams.ts";

/** What lines of states are sent as: types that a browser sends to another origin only where that agrees. */
const TYPES = ["application/x-ndjson", "application/jsonl", "application/json"];

/** `POST /v1/merge`: the lines that `/v1/states` gave, of any number of shards in any order, to results. */
export async function mergeRoute(exchange: Exchange): Promise<Response> {
  const { limits } = exchange.service;
  checkType(exchange.request);
  const query = parseQuery(MergeQuery, exchange.request.url);
  checkRecordLimits(query, limits.topK);
  const options = recordOptionsOf(query);
  const reducers = recordReducers(options);
  const groups = await byRow(exchange, reducers);
  function* records(): Generator<RowRecord> {
    for (const states of groups) {
      yield blamingState(() =>
        rowRecord(finishState(mergeStates(states), reducers, { partial: query.partial ?? false }), options)
      );
    }
  }
  const source = { rows: ReadableStream.from(records()), short: true };
  return await rowsResponse(exchange, source, writtenOf(exchange.request, query.format));
}

function checkType({ headers }: Request): void {
  const type = headers.get("content-type");
  if (type && TYPES.includes(essence(type))) return;
  throw new ServiceError(
    `Cannot merge a body ${type ? `of type ${essence(type)}` : "without a content type"}: wanted ${
      TYPES[0]
    }, a state a line`,
    "E_MEDIA_TYPE",
  );
}

/** The states of each row, rows ascending. */
async function byRow(exchange: Exchange, reducers: Reducers): Promise<readonly RowState[][]> {
  const { limits } = exchange.service;
  const rows = new Map<number, RowState[]>();
  let number = 0;
  for await (const line of linesOf(exchange, limits.partBytes)) {
    number++;
    if (line.trim() === "") continue;
    const state = blamingState(() => stateOf(line, reducers), ` in line ${number}`);
    checkLimit("a vocabulary of", state.vocabulary, limits.vocabulary);
    const group = rows.get(state.row);
    if (group) group.push(state);
    else rows.set(state.row, [state]);
  }
  if (rows.size === 0) throw new StateFormatError("Cannot merge: the body holds no state, wanted one a line");
  return [...rows].sort(([a], [b]) => a - b).map(([, states]) => states);
}

/** The lines of the body. None is longer than the body may be, which is held in memory as states anyway. */
async function* linesOf(exchange: Exchange, limit: number): AsyncGenerator<string> {
  const { body } = exchange.request;
  if (!body) throw new ServiceError("Cannot merge: the request has no body, wanted a state a line", "E_BAD_REQUEST");
  try {
    yield* requestBody(exchange, body)
      .pipeThrough(new LimitedBytesTransformStream(limit, { error: true }))
      .pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))
      .pipeThrough(new TextLineStream());
  } catch (error) {
    if (errorCode(error)) throw error;
    if (!(error instanceof RangeError)) throw new StateFormatError("Cannot merge: the body is no text in UTF-8");
    throw new ServiceError(
      `Cannot merge more than ${limit} bytes of states; merge fewer rows at a time`,
      "E_BODY_LIMIT",
    );
  }
}

function stateOf(line: string, reducers: Reducers): RowState {
  const { state } = JSON.parse(line) as { readonly state: string };
  return loadState(Uint8Array.fromBase64(state), reducers);
}

/** What goes wrong with a foreign state, in code that trusts states, is told as a fault of the state and not of the service. */
function blamingState<T>(run: () => T, where = ""): T {
  try {
    return run();
  } catch (error) {
    if (!errorCode(error)) throw new StateFormatError(`Cannot merge: there is no state of this service${where}`);
    if (!(error instanceof StateFormatError) || where === "") throw error;
    throw new StateFormatError(`${error.message};${where}`, error.code, { cause: error });
  }
}
