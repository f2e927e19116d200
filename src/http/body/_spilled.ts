import { type ErrorCode, errorCode, ServiceError } from "../../core/mod.ts";
import type { Exchange } from "../_exchange.ts";
import { fileSpill, type SpillStore } from "../../flow/mod.ts";

/** Bytes that are read back at a time. */
const PIECE = 1 << 16;

/**
 * Keeps a stream in a temporary file, all of it, and gives it back as a stream, with its size: for what has to wait for something behind it.
 * The file ends with the exchange.
 */
export async function spilled(
  exchange: Exchange,
  what: string,
  body: ReadableStream<Uint8Array>,
): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly size: number }> {
  const limit = exchange.service.limits.spillBytes;
  if (limit === 0) throw tooLong(what, limit);
  const store = await fileSpill({ limit }).open();
  exchange.holds(() => store.close());
  try {
    let size = 0;
    for await (const bytes of body) {
      size += bytes.length;
      await store.write(bytes);
    }
    return { body: streamOf(store, size), size };
  } catch (error) {
    if (errorCode(error) === "E_SOURCE_EXHAUSTED" satisfies ErrorCode) throw tooLong(what, limit);
    throw error;
  }
}

function tooLong(what: string, limit: number): ServiceError {
  return new ServiceError(
    `Cannot keep ${what} until what is behind it has come: it has more than ${limit} bytes, which is the limit of what is spilled`,
    "E_BODY_LIMIT",
  );
}

function streamOf(store: SpillStore, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const piece = new Uint8Array(Math.min(PIECE, size - at)), count = piece.length && await store.read(at, piece);
      at += count;
      if (count === 0) controller.close();
      else controller.enqueue(piece.subarray(0, count));
    },
  }, { highWaterMark: 0 });
}
