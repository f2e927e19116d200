import { errorCode, ServiceError } from "../core/mod.ts";
import type { Exchange } from "./_exchange.ts";

/** What is still read of a body that nobody wants: enough for a client to finish a small one and hear the answer. */
const LINGER = 1 << 20;

/**
 * The body of a request: counted, bounded, timed, and with errors of ours. Nothing is read before there is demand.
 *
 * A body that is given up is read on for a little and then left alone, so that its sender comes to a stand. To cancel it
 * would do the opposite: the server then takes whatever is sent, without end.
 */
export function requestBody(exchange: Exchange, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let given = false;
  function giveUp(): void {
    if (given) return;
    given = true;
    linger(reader).catch(() => {});
  }
  exchange.signal.addEventListener("abort", giveUp, { once: true });
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      const { done, value } = await next(exchange, reader);
      if (done) return controller.close();
      exchange.bytesIn += value.length;
      checkBytes(exchange, exchange.bytesIn);
      controller.enqueue(value);
    },
    cancel: giveUp,
  }, { highWaterMark: 0 });
}

async function linger(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  for (let bytes = 0; bytes < LINGER;) {
    const { done, value } = await reader.read();
    if (done) return;
    bytes += value.length;
  }
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
