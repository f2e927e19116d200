import { errorCode, ServiceError } from "../../core/mod.ts";
import type { Exchange } from "../_exchange.ts";

/** What is still read of a body that nobody wants: enough for a client to finish a small one and hear the answer. */
export const LINGER = 1 << 20;

/** Bytes of a read. */
const READ = 1 << 16;

/**
 * The body of a request: counted, bounded, timed, and with errors of ours. Nothing is read before there is demand.
 * With `reuse` each piece is valid until the next one is asked for: a long upload then leaves no garbage.
 *
 * A body that is given up is read on for a little and then left alone, so that its sender comes to a stand. To cancel it
 * would do the opposite: the server then takes whatever is sent, without end.
 */
export function requestBody(
  exchange: Exchange,
  body: ReadableStream<Uint8Array>,
  { reuse = false }: { readonly reuse?: boolean } = {},
): ReadableStream<Uint8Array> {
  const reader = readerOf(body, reuse ? roomFor(exchange.request) : undefined);
  let leftAlone = waitsForWord(exchange.request);
  function giveUp(): void {
    if (leftAlone) return;
    leftAlone = true;
    linger(reader).catch(() => {});
  }
  exchange.signal.addEventListener("abort", giveUp, { once: true });
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      leftAlone = false;
      const value = await next(exchange, reader);
      if (!value) return controller.close();
      exchange.bytesIn += value.length;
      checkBytes(exchange, exchange.bytesIn);
      controller.enqueue(value);
    },
    cancel: giveUp,
  }, { highWaterMark: 0 });
}

/** The next piece, or nothing at the end. */
type Read = () => Promise<Uint8Array | undefined>;

/** Bytes of a read of this body. */
function roomFor({ headers }: Request): number {
  return Math.min(Number(headers.get("content-length") || READ), READ);
}

/** Reads pieces into memory of their own, or into the same `room` bytes over and over where the body can. */
function readerOf(body: ReadableStream<Uint8Array>, room?: number): Read {
  const byob = room ? byobReader(body) : undefined;
  if (!byob) {
    const reader = body.getReader();
    return async () => (await reader.read()).value;
  }
  let memory = new ArrayBuffer(room!);
  return async () => {
    const { done, value } = await byob.read(new Uint8Array(memory));
    if (value) memory = value.buffer;
    return done ? undefined : value;
  };
}

function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    // A body that was made of a stream of the caller's own.
    return undefined;
  }
}

/** Whether a client sends the body only once it is told to, by the first read of it: one that is refused need not. */
export function waitsForWord({ headers }: Pick<Request, "headers">): boolean {
  return /^100-continue$/i.test(headers.get("expect") ?? "");
}

async function linger(read: Read): Promise<void> {
  for (let bytes = 0; bytes < LINGER;) {
    const value = await read();
    if (!value) return;
    bytes += value.length;
  }
}

/** Gives up the body of a request that is refused before anybody reads it. */
export function leaveBody(request: Request): void {
  const { body } = request;
  if (!body || body.locked || waitsForWord(request)) return;
  linger(readerOf(body)).catch(() => {});
}

/** Refuses a body that is, or says it is, too long. */
export function checkBytes({ service }: Exchange, bytes: number): void {
  const limit = service.limits.bytes;
  if (bytes <= limit) return;
  throw new ServiceError(
    `Cannot take the body: it has more than ${limit} bytes, the most a request may have`,
    "E_BODY_LIMIT",
  );
}

async function next(exchange: Exchange, read: Read): Promise<Uint8Array | undefined> {
  try {
    const value = await exchange.sent(read());
    exchange.signal.throwIfAborted();
    return value;
  } catch (error) {
    exchange.signal.throwIfAborted();
    if (errorCode(error)) throw error;
    throw new ServiceError(
      `Cannot read the body: the upload was cut short after byte ${exchange.bytesIn}`,
      "E_ABORTED",
      { cause: error },
    );
  }
}
