import { type Logits, ServiceError, ShapeError } from "../../core/mod.ts";
import { fileSpill, type FlowOptions } from "../../flow/mod.ts";
import { temperature } from "../../operators/mod.ts";
import { fromStream, type FromStreamOptions, readIds } from "../../sources/mod.ts";
import { checkLimit } from "../guard/_check_limit.ts";
import type { Exchange } from "../_exchange.ts";
import { type Form, type LogitsPart, readForm } from "./_multipart.ts";
import { openNamed } from "./_named_source.ts";
import type { SourceQuery } from "../routes/_query.ts";
import { spilled } from "./_spilled.ts";
import { checkBytes, requestBody } from "./_request_body.ts";

/** What a request brings. */
export interface Brought {
  readonly logits: Logits;
  /** Small parts of a form, by name. */
  readonly parts: Form["parts"];
}

type Format = NonNullable<FromStreamOptions["format"]>;

const FORMATS: Record<string, Format> = {
  "application/octet-stream": "any",
  "application/x-npy": "npy",
  "application/npy": "npy",
  "application/vnd.numpy.npy": "npy",
  "application/x-safetensors": "safetensors",
  "application/vnd.safetensors": "safetensors",
};

/** The logits of a request: its body, the part "logits" of its form, or what `source` names. */
export async function bringLogits(
  exchange: Exchange,
  query: SourceQuery,
  names: readonly string[] = [],
): Promise<Brought> {
  const brought = query.source === undefined
    ? await fromBody(exchange, query, names)
    : await fromNamed(exchange, query, query.source, names);
  return { ...brought, logits: prepared(exchange, query, brought.logits) };
}

/** The logits of a request and those that they are compared with: what the query says of the first is said of both. */
export async function bringPair(
  exchange: Exchange,
  query: SourceQuery,
  other: string | undefined,
  names: readonly string[],
): Promise<Brought & { readonly other: Logits }> {
  if (other === undefined) return await bringBoth(exchange, query, names);
  // The named one first: what it is refused for should not wait for an upload.
  const named = prepared(exchange, query, await openNamed(exchange, query, other));
  return { ...await bringLogits(exchange, query, names), other: named };
}

/** Both in one form: the parts of a form come one after the other, so the part "other" is spilled until the logits are there. */
async function bringBoth(
  exchange: Exchange,
  query: SourceQuery,
  names: readonly string[],
): Promise<Brought & { readonly other: Logits }> {
  const type = exchange.request.headers.get("content-type") ?? "";
  if (essence(type) !== "multipart/form-data") {
    throw new ServiceError(
      'Cannot compare: wanted "other" in the query, or a form with the parts "other" and "logits", in this order',
      "E_BAD_REQUEST",
    );
  }
  let held: (LogitsPart & { readonly size: number }) | undefined;
  const form = await readForm(type, bodyOf(exchange, true), names, exchange.service.limits.partBytes, {
    name: "other",
    take: async (part) => {
      held = { ...part, ...await spilled(exchange, 'part "other"', part.body) };
    },
  });
  const logits = await firstOf(exchange, query, form);
  if (!held) throw noPart("other");
  const other = await read(held.body, formOf(held.type, held.filename, query), query, held.size);
  return { logits: prepared(exchange, query, logits), other: prepared(exchange, query, other), parts: form.parts };
}

/** What is compared: what `source` names, or the part "logits" of the form, not both. */
async function firstOf(exchange: Exchange, query: SourceQuery, form: Form): Promise<Logits> {
  if (query.source === undefined) return await logitsOfForm(form, query);
  if (form.logits) throw await both(form.logits, query.source);
  return await openNamed(exchange, query, query.source);
}

async function both({ body }: LogitsPart, source: string): Promise<ServiceError> {
  await body.cancel();
  return new ServiceError(
    `Cannot read both a part "logits" and the source "${source}": wanted one of them`,
    "E_BAD_REQUEST",
  );
}

/** Logits within the limits, at the temperature that is asked for. */
function prepared(exchange: Exchange, { temperature: divisor }: SourceQuery, logits: Logits): Logits {
  checkShape(exchange, logits);
  return divisor === undefined ? logits : logits.pipe(temperature(divisor));
}

function checkShape({ service: { limits } }: Exchange, { shape }: Logits): void {
  checkLimit("a vocabulary of", shape.vocabulary, limits.vocabulary);
  if (shape.rows !== undefined) checkLimit("rows:", shape.rows, limits.rows);
}

/** Whether a request says that it has a body: the runtime gives an empty one where there is none. */
function saysBody({ headers }: Request): boolean {
  const length = headers.get("content-length");
  return length === null ? headers.has("transfer-encoding") || headers.has("content-type") : length !== "0";
}

/** The body, checked by what is said of it. */
function bodyOf(exchange: Exchange, reuse = false): ReadableStream<Uint8Array> {
  const { request } = exchange;
  const { headers } = request;
  const { body } = request;
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    throw new ServiceError(`Cannot read the body: it is encoded (${encoding}), wanted plain bytes`, "E_MEDIA_TYPE");
  }
  checkBytes(exchange, Number(headers.get("content-length") ?? 0));
  if (!body || headers.get("content-length") === "0") {
    throw new ServiceError("Cannot read logits: the request has no body and names no source", "E_BAD_REQUEST");
  }
  return requestBody(exchange, body, { reuse });
}

/** A content type without its parameters. */
export function essence(type: string): string {
  return type.split(";")[0].trim().toLowerCase();
}

async function fromBody(exchange: Exchange, query: SourceQuery, names: readonly string[]): Promise<Brought> {
  const type = exchange.request.headers.get("content-type") ?? "application/octet-stream";
  if (essence(type) !== "multipart/form-data") {
    const size = Number(exchange.request.headers.get("content-length") ?? NaN);
    const logits = await read(bodyOf(exchange, true), formatOf(type, query), query, size);
    return { logits, parts: new Map() };
  }
  const form = await readForm(type, bodyOf(exchange, true), names, exchange.service.limits.partBytes);
  return { logits: await logitsOfForm(form, query), parts: form.parts };
}

async function logitsOfForm({ logits }: Form, query: SourceQuery): Promise<Logits> {
  if (!logits) throw noPart("logits");
  const { body, filename, type } = logits;
  return await read(body, formOf(type, filename, query), query, NaN);
}

function noPart(name: string): ServiceError {
  return new ServiceError(
    `Cannot read logits: the form has no part "${name}", and no source is named`,
    "E_BAD_REQUEST",
  );
}

/** A part without a type of its own is known by the name of its file. */
function formOf(type: string, filename: string | undefined, query: SourceQuery): Format {
  if (essence(type) in FORMATS && FORMATS[essence(type)] !== "any") return formatOf(type, query);
  return formatOf(filename?.endsWith(".safetensors") ? "application/x-safetensors" : "application/octet-stream", query);
}

function formatOf(type: string, { tensor }: SourceQuery): Format {
  const format = Object.hasOwn(FORMATS, essence(type)) ? FORMATS[essence(type)] : undefined;
  if (!format) {
    throw new ServiceError(
      `Cannot read a body of type ${essence(type)}: wanted application/octet-stream, application/x-npy, ` +
        "application/x-safetensors or multipart/form-data",
      "E_MEDIA_TYPE",
    );
  }
  return format === "any" && tensor !== undefined ? "safetensors" : format;
}

async function read(
  body: ReadableStream<Uint8Array>,
  format: Format,
  query: SourceQuery,
  size: number,
): Promise<Logits> {
  const { vocabulary, dtype, tensor } = query;
  return await fromStream(body, {
    format,
    ...(vocabulary !== undefined ? { vocabulary } : {}),
    ...(dtype !== undefined ? { dtype } : {}),
    ...(tensor !== undefined ? { tensor } : {}),
    ...(format === "safetensors" && !Number.isNaN(size) ? { size } : {}),
  });
}

async function fromNamed(
  exchange: Exchange,
  query: SourceQuery,
  source: string,
  names: readonly string[],
): Promise<Brought> {
  const type = exchange.request.headers.get("content-type") ?? "";
  if (!saysBody(exchange.request)) return { logits: await openNamed(exchange, query, source), parts: new Map() };
  if (essence(type) !== "multipart/form-data") {
    throw new ServiceError(`Cannot read both a body and the source "${source}": wanted one of them`, "E_BAD_REQUEST");
  }
  const form = await readForm(type, bodyOf(exchange, true), names, exchange.service.limits.partBytes);
  if (form.logits) throw await both(form.logits, source);
  return { logits: await openNamed(exchange, query, source), parts: form.parts };
}

/** Token ids that a form brings: a `.npy` of whole numbers, or a JSON array. */
export async function idsOfPart(parts: Form["parts"], name: string): Promise<ArrayLike<number> | undefined> {
  const bytes = parts.get(name)?.bytes;
  if (!bytes) return undefined;
  if (bytes[0] === 0x93) return await readIds(bytes);
  try {
    const ids = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (Array.isArray(ids) && ids.every(Number.isSafeInteger)) return ids;
  } catch {
    // What it is instead does not matter.
  }
  throw new ShapeError(`Cannot read part "${name}": wanted a .npy of whole numbers, or a JSON array of them`);
}

/** The options of a flow. */
export function flowOptions(exchange: Exchange, { rows, backend }: SourceQuery): Omit<FlowOptions, "onInvalid"> {
  const { rowCache, spillBytes } = exchange.service.limits;
  return {
    signal: exchange.signal,
    rowCache,
    ...(spillBytes > 0 ? { spill: fileSpill({ limit: spillBytes }) } : {}),
    ...(rows ? { rows } : {}),
    ...(backend ? { backend } : {}),
  };
}
