import { bytesOf, type Chunk, type Logits, ServiceError } from "../../core/mod.ts";
import { npyHeader } from "../../formats/inside.ts";
import { normalize } from "../../flow/mod.ts";
import type { Exchange } from "../_exchange.ts";
import { parseQuery, SoftmaxQuery } from "./_query.ts";
import { bringLogits, flowOptions } from "../body/_request_logits.ts";
import { checkLimit } from "../guard/_check_limit.ts";
import { type Pieces, responseBody } from "../answer/_response_body.ts";

const NPY = "application/x-npy";

/** `POST /v1/softmax`: rows of logits to rows of probabilities, as bytes. */
export async function softmaxRoute(exchange: Exchange): Promise<Response> {
  const { request } = exchange;
  const query = parseQuery(SoftmaxQuery, request.url);
  const { logits } = await bringLogits(exchange, query);
  const { log = false, onInvalid = "nan", rows } = query;
  const { signal, rows: _rows, ...limits } = flowOptions(exchange, query);
  const normal = normalize(logits, { ...limits, log, onInvalid });
  const asked = query.format ?? ((request.headers.get("accept") ?? "").includes(NPY) ? "npy" : "raw");
  const header = asked === "npy" ? npyHeader(normal.shape, rowsOf(exchange, logits, rows)) : undefined;
  const pieces = new ChunkPieces(exchange, normal.open({ signal: signal!, ...(rows ? { rows } : {}) }), header);
  await pieces.first();
  return new Response(responseBody(exchange, pieces), {
    headers: { "content-type": header ? NPY : "application/octet-stream", "cache-control": "no-store" },
  });
}

/** How many rows there will be: a header says it before they have come. */
function rowsOf({ request }: Exchange, { shape, source }: Logits, rows: readonly [number, number] | undefined): number {
  if (rows) return rows[1] - rows[0];
  if (shape.rows !== undefined) return shape.rows;
  const length = Number(request.headers.get("content-length") ?? NaN);
  const count = length / (shape.vocabulary * bytesOf((source ?? { shape }).shape.dtype));
  const whole = !(request.headers.get("content-type") ?? "").startsWith("multipart/");
  if (whole && Number.isSafeInteger(count)) return count;
  throw new ServiceError(
    "Cannot write a .npy before it is known how many rows there are: send a .npy, or the length of the body, or ask for " +
      "application/octet-stream",
    "E_BAD_REQUEST",
  );
}

/** Chunks as bytes. An error cannot be told among bytes: it cuts the answer off. */
class ChunkPieces implements Pieces {
  readonly #exchange: Exchange;
  readonly #reader: ReadableStreamDefaultReader<Chunk>;
  #header: Uint8Array | undefined;
  #first: ReadableStreamReadResult<Chunk> | undefined;

  constructor(exchange: Exchange, chunks: ReadableStream<Chunk>, header: Uint8Array | undefined) {
    this.#exchange = exchange;
    this.#reader = chunks.getReader();
    this.#header = header;
  }

  /** Waits for the first chunk: what fails until then has a status. */
  async first(): Promise<void> {
    this.#first = await this.#reader.read();
  }

  async next(): Promise<Uint8Array | undefined> {
    const header = this.#header;
    this.#header = undefined;
    if (header) return header;
    const { done, value } = this.#first ?? await this.#reader.read();
    this.#first = undefined;
    if (done) return undefined;
    const { data, shape, row, start } = value;
    this.#exchange.rows = row + Math.floor((start + data.length) / shape.vocabulary);
    checkLimit("rows:", row + Math.ceil((start + data.length) / shape.vocabulary), this.#exchange.service.limits.rows);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength) as Uint8Array<ArrayBuffer>;
  }

  async cancel(reason: unknown): Promise<void> {
    await this.#reader.cancel(reason).catch(() => {});
  }
}
