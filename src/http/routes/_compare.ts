import { ParameterError } from "../../core/mod.ts";
import { reduce, zip } from "../../flow/mod.ts";
import { Comparison } from "../../records/mod.ts";
import type { Exchange } from "../_exchange.ts";
import { rowsResponse, writtenOf } from "../answer/_rows_response.ts";
import { bringPair, flowOptions, idsOfPart } from "../body/_request_logits.ts";
import { checkLimit } from "../guard/_check_limit.ts";
import { CompareQuery, parseQuery } from "./_query.ts";

/** Logits of a chunk of a stream: rows that are shorter go out together. */
const CHUNK = 65_536;

/**
 * `POST /v1/compare`: two models' rows side by side. A comes as everywhere: a body, a form, or what `source` names. B is what `other` names, or
 * the part "other" of the form.
 */
export async function compareRoute(exchange: Exchange): Promise<Response> {
  const { request, service: { limits } } = exchange;
  const query = parseQuery(CompareQuery, request.url);
  const { topK, shift, other, onInvalid } = query;
  checkLimit("topK", topK ?? 0, limits.topK);
  const written = writtenOf(request, query.format);
  const { logits: A, other: B, parts } = await bringPair(exchange, query, other, ["labels"]);
  const labels = await idsOfPart(parts, "labels");
  if (shift && !labels) throw new ParameterError('Cannot use shift without labels (a part "labels" before the logits)');
  const comparison = new Comparison({ topK, shift, labels });
  const reduced = reduce(zip({ A, B }), comparison.reducers, {
    ...flowOptions(exchange, query),
    ...(onInvalid ? { onInvalid } : {}),
  });
  const rows = reduced.pipeThrough(
    new TransformStream({ transform: (row, controller) => controller.enqueue({ ...comparison.add(row) }) }),
  );
  return await rowsResponse(
    exchange,
    { rows, short: A.shape.vocabulary < CHUNK, finish: () => comparison.summary },
    written,
  );
}
