import { ServiceError } from "../../core/mod.ts";
import { ndjsonLine } from "../../sinks/mod.ts";
import type { Exchange } from "../_exchange.ts";
import { responseBody } from "./_response_body.ts";
import { type AnyRow, EVENTS, NDJSON } from "./_row_format.ts";
import { RowPieces, type RowSource } from "./_row_pieces.ts";

/** How rows are written. */
export type Written = "ndjson" | "sse" | "json";

const TYPES: readonly (readonly [string, Written])[] = [
  ["application/x-ndjson", "ndjson"],
  ["text/event-stream", "sse"],
  ["application/json", "json"],
];

/** What the query says, else what the client prefers among what there is, else NDJSON. */
export function writtenOf(request: Request, format: Written | undefined): Written {
  if (format) return format;
  const accept = (request.headers.get("accept") ?? "").toLowerCase();
  const named = TYPES.map(([type, written]) => ({ written, at: accept.indexOf(type) })).filter(({ at }) => at >= 0);
  return named.sort((a, b) => a.at - b.at)[0]?.written ?? "ndjson";
}

/** The answer that carries rows. Until its first row is there, what fails has a status; server-sent events begin at once. */
export async function rowsResponse(exchange: Exchange, source: RowSource, written: Written): Promise<Response> {
  if (written === "json") return await document(exchange, source);
  const format = written === "sse" ? EVENTS : NDJSON;
  const pieces = new RowPieces(exchange, source, format);
  if (written !== "sse") await pieces.first();
  return new Response(responseBody(exchange, pieces), {
    headers: { "content-type": format.type, "cache-control": "no-store", "x-content-type-options": "nosniff" },
  });
}

function checkDocument(what: string, found: number, limit: number): void {
  if (found <= limit) return;
  throw new ServiceError(
    `Cannot answer more than ${limit} ${what} in one document; ask for application/x-ndjson`,
    "E_LIMIT",
  );
}

/** All rows in one document: small answers, and what fails always has a status. */
async function document(exchange: Exchange, { rows, finish }: RowSource): Promise<Response> {
  const { jsonRows, jsonBytes, rows: mostRows } = exchange.service.limits;
  const records: string[] = [];
  let length = 0;
  for await (const record of rows) {
    const text = ndjsonLine(record as AnyRow).trimEnd();
    length += text.length;
    checkDocument("rows", records.push(text), Math.min(jsonRows, mostRows));
    checkDocument("bytes", length, jsonBytes);
  }
  const summary = finish?.(records.length);
  exchange.rows = records.length;
  const end = summary === undefined ? "}\n" : `,"summary":${ndjsonLine(summary).trimEnd()}}\n`;
  const bytes = new TextEncoder().encode(`{"rows":[${records.join(",")}]${end}`);
  const pieces = [bytes];
  const body = responseBody(exchange, { next: () => Promise.resolve(pieces.pop()), cancel: () => Promise.resolve() });
  return new Response(body, { headers: { "content-type": "application/json", "content-length": `${bytes.length}` } });
}
