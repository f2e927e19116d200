import { sampleChain } from "../../catalogue/mod.ts";
import { errorCode, ParameterError, type Row } from "../../core/mod.ts";
import { reduce } from "../../flow/mod.ts";
import { requireToken, sampleRecord } from "../../records/mod.ts";
import {
  openAiLogprobs,
  type PresetOptions,
  type Sample,
  type Sampler,
  sampler,
  type SamplerOptions,
} from "../../sampling/mod.ts";
import type { Exchange } from "../_exchange.ts";
import type { Form } from "../body/_multipart.ts";
import { CHAIN_NAMES, parseQuery, SampleQuery } from "./_query.ts";
import { bringLogits, flowOptions, idsOfPart } from "../body/_request_logits.ts";
import { checkLimit } from "../guard/_check_limit.ts";
import type { AnyRow } from "../answer/_row_format.ts";
import { rowsResponse, writtenOf } from "../answer/_rows_response.ts";

type Query = ReturnType<typeof queryOf>;

/** `POST /v1/sample`: rows of logits to tokens. */
export async function sampleRoute(exchange: Exchange): Promise<Response> {
  const query = queryOf(exchange);
  const { draws, logprobs = false, topLogprobs, seed } = query;
  // What the query alone says wrong is refused before anything of the body is read.
  presetOf(query);
  const { temperature: _temperature, topK: _topK, ...source } = query;
  const { logits, parts } = await bringLogits(exchange, source, ["history", "chain"]);
  const history = await idsOfPart(parts, "history");
  const token = sampler({
    chain: chainOf(query, parts),
    details: (query.details ?? false) || logprobs,
    ...(history ? { prompt: Array.from(history) } : {}),
    ...(seed !== undefined ? { seed } : {}),
    ...(draws !== undefined ? { draws } : {}),
    ...(topLogprobs !== undefined ? { topLogprobs } : {}),
  });
  const rows = reduce(logits, { token }, {
    ...flowOptions(exchange, query),
    ...(query.onInvalid ? { onInvalid: query.onInvalid } : {}),
  });
  const short = logits.shape.vocabulary < 65_536;
  const answer = await rowsResponse(
    exchange,
    { rows: rows.pipeThrough(records(query)), short },
    writtenOf(exchange.request, query.format),
  );
  answer.headers.set("sluice-seed", String(token.seed));
  return answer;
}

function queryOf({ request: { url }, service: { limits } }: Exchange) {
  const query = parseQuery(SampleQuery, url);
  checkLimit("draws:", query.draws ?? 0, limits.draws);
  checkLimit("topLogprobs:", query.topLogprobs ?? 0, limits.draws);
  if (query.topLogprobs !== undefined && !query.logprobs) {
    throw new ParameterError("Cannot use topLogprobs without logprobs=true");
  }
  return query;
}

function presetOf(query: Query): ReturnType<typeof sampleChain> {
  const given = CHAIN_NAMES.filter((name) => query[name] !== undefined).map((name) => [name, query[name]]);
  const options: PresetOptions = Object.fromEntries(given);
  return sampleChain({ preset: query.preset, options });
}

/** The chain of the form, or of the query: not of both. */
function chainOf(query: Query, parts: Form["parts"]): NonNullable<SamplerOptions["chain"]> {
  const part = parts.get("chain");
  if (!part) return presetOf(query);
  const [other] = (["preset", ...CHAIN_NAMES] as const).filter((name) => query[name] !== undefined);
  if (other) throw new ParameterError(`Cannot use ${other} with a part "chain": that is the whole chain`);
  try {
    const stages = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(part.bytes));
    return sampleChain({ stages });
  } catch (error) {
    if (errorCode(error)) throw error;
    throw new ParameterError('Cannot read part "chain": it is no JSON list of stages');
  }
}

function records(
  { details = false, logprobs = false, onInvalid }: Query,
): TransformStream<Row<{ token: Sampler }>, AnyRow> {
  return new TransformStream({
    transform({ index, token }, controller) {
      if (onInvalid === "throw") requireToken(index, token);
      const { details: found, ...plain } = token as Sample;
      const record = sampleRecord(index, { ...plain, ...(details && found ? { details: found } : {}) });
      const entry = logprobs ? openAiLogprobs(token) : undefined;
      controller.enqueue({ ...record, ...(logprobs ? { logprobs: { content: entry ? [entry] : [] } } : {}) });
    },
  });
}
