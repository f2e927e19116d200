import { type Chunk, chunkRuns, type Logits, logitsFrom, ParameterError, type Range } from "../../core/mod.ts";
import { localSpec } from "../../core/inside.ts";
import { reduceStates } from "../../flow/mod.ts";
import { recordReducers } from "../../records/mod.ts";
import { type RowState, saveState } from "../../row/mod.ts";
import { temperature } from "../../operators/mod.ts";
import type { Exchange } from "../_exchange.ts";
import { parseQuery, StatesQuery } from "./_query.ts";
import type { AnyRow } from "../answer/_row_format.ts";
import { checkRecordLimits, recordOptionsOf } from "./_reduce.ts";
import { bringLogits, flowOptions } from "../body/_request_logits.ts";
import { checkLimit } from "../guard/_check_limit.ts";
import { rowsResponse } from "../answer/_rows_response.ts";

/** `POST /v1/states`: a shard of the vocabulary, cut anywhere, to one state a row. */
export async function statesRoute(exchange: Exchange): Promise<Response> {
  const { limits } = exchange.service;
  const { temperature: divisor, ...query } = parseQuery(StatesQuery, exchange.request.url);
  const { vocabulary, start = 0, end = vocabulary } = query;
  checkLimit("a vocabulary of", vocabulary, limits.vocabulary);
  checkRecordLimits(query, limits.topK);
  if (!(start < end && end <= vocabulary)) {
    throw new ParameterError(`Cannot take ids ${start}:${end}: wanted 0 <= start < end <= ${vocabulary}`);
  }
  const { logits } = await bringLogits(exchange, { ...query, vocabulary: end - start });
  const whole = shardOf(logits, vocabulary, start);
  const { rowCache: _rowCache, spill: _spill, ...options } = flowOptions(exchange, query);
  const states = reduceStates(
    divisor === undefined ? whole : whole.pipe(temperature(divisor)),
    recordReducers(recordOptionsOf(query)),
    { ...options, columns: [start, end] },
  );
  return await rowsResponse(exchange, { rows: states.pipeThrough(written()), short: end - start < 65_536 }, "ndjson");
}

function written(): TransformStream<RowState, AnyRow> {
  return new TransformStream({
    transform(state, controller) {
      const { row, count, covered, vocabulary } = state;
      controller.enqueue({ row, count, vocabulary, covered, state: saveState(state).toBase64() });
    },
  });
}

/** Rows of a shard as a part of rows of the whole vocabulary. */
function shardOf(shard: Logits, vocabulary: number, start: number): Logits {
  const shape = Object.freeze({ ...shard.shape, vocabulary });
  return logitsFrom({
    shape,
    replay: shard.replay,
    spec: localSpec("shard"),
    open: ({ rows, signal }: Range = {}) =>
      shard.open({ ...(rows ? { rows } : {}), ...(signal ? { signal } : {}) }).pipeThrough(
        new TransformStream<Chunk, Chunk>({
          transform(chunk, controller) {
            for (const run of chunkRuns(chunk)) {
              const data = chunk.data.subarray(run.offset, run.offset + run.count);
              controller.enqueue({ shape, data, row: run.row, start: start + run.start });
            }
          },
        }),
      ),
  });
}
