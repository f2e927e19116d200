import { errorCode, ServiceError } from "../core/mod.ts";
import type { Exchange } from "./_exchange.ts";

/** The body of a request: counted, bounded, timed, and with errors of ours. Nothing is read before there is demand. */
export function requestBody(exchange: Exchange, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const onAbort = () => reader.cancel(exchange.signal.reason).catch(() => {});
  exchange.signal.addEventListener("abort", onAbort, { once: true });
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const { done, value } = await next(exchange, reader);
      if (done) return controller.close();
      exchange.bytesIn += value.length;
      checkBytes(exchange, exchange.bytesIn);
      controller.enqueue(value);
    },
    async cancel(reason): Promise<void> {
      await reader.cancel(reason).catch(() => {});
    },
  }, { highWaterMark: 0 });
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

async function next(
  exchange: Exchange,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    const result = await exchange.sent(reader.read());
    exchange.signal.throwIfAborted();
    return result;
  } catch (error) {
    exchange.signal.throwIfAborted();
    if (errorCode(error)) throw error;
    throw new ServiceError(
      `Cannot read the body: the upload was cut short after byte ${exchange.bytesIn}`,
      "E_ABORTED",
      {
        cause: error,
      },
    );
  }
}
