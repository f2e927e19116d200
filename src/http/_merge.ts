import { errorCode, type Reducers, ServiceError, StateFormatError } from "../core/mod.ts";
import {
  finishState,
  loadState,
  mergeStates,
  recordReducers,
  type RowRecord,
  rowRecord,
  type RowState,
} from "../engine/mod.ts";
import type { Exchange } from "./_exchange.ts";
import { MergeQuery, parseQuery } from "./_query.ts";
import { checkRecordLimits, recordOptionsOf } from "./_reduce.ts";
import { requestBody } from "./_request_body.ts";
import { essence } from "./_request_logits.ts";
import { rowsResponse, writtenOf } from "./_rows_response.ts";

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
  const text = await readText(exchange, limits.partBytes);
  const groups = sense(() => byRow(text, reducers));
  function* records(): Generator<RowRecord> {
    for (const states of groups) {
      yield sense(() =>
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

async function readText(exchange: Exchange, limit: number): Promise<string> {
  const { body } = exchange.request;
  if (!body) throw new ServiceError("Cannot merge: the request has no body, wanted a state a line", "E_BAD_REQUEST");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for await (const piece of requestBody(exchange, body)) {
    bytes += piece.length;
    if (bytes > limit) {
      throw new ServiceError(
        `Cannot merge more than ${limit} bytes of states; merge fewer rows at a time`,
        "E_BODY_LIMIT",
      );
    }
    text += sense(() => decoder.decode(piece, { stream: true }));
  }
  return text + sense(() => decoder.decode());
}

/** The states of each row, rows ascending. */
function byRow(text: string, reducers: Reducers): readonly RowState[][] {
  const rows = new Map<number, RowState[]>();
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const { state } = JSON.parse(line) as { readonly state: string };
    const loaded = loadState(Uint8Array.fromBase64(state), reducers);
    const group = rows.get(loaded.row);
    if (group) group.push(loaded);
    else rows.set(loaded.row, [loaded]);
  }
  if (rows.size === 0) throw new StateFormatError("Cannot merge: the body holds no state, wanted one a line");
  return [...rows].sort(([a], [b]) => a - b).map(([, states]) => states);
}

/** What a foreign state does to code that trusts states is no fault of the service. */
function sense<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (errorCode(error)) throw error;
    throw new StateFormatError("Cannot merge: a line holds no state of this service");
  }
}
