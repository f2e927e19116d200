import { ServiceError } from "../core/mod.ts";
import type { Exchange } from "./_exchange.ts";

/** What an answer is made of, a piece at a time. */
export interface Pieces {
  /** The next piece, once it is there; `undefined` at the end. Rejects only where the client cannot be told any more. */
  next(): Promise<Uint8Array | undefined>;
  /** Gives the source back. */
  cancel(reason: unknown): Promise<void>;
}

/**
 * The body of an answer. Nothing is made before the client can take it, nothing is made ahead, and a client that takes
 * nothing for too long is dropped.
 */
export function responseBody(exchange: Exchange, pieces: Pieces): ReadableStream<Uint8Array> {
  async function give(reason: unknown): Promise<void> {
    exchange.abort(reason);
    exchange.problem(reason);
    await pieces.cancel(reason).catch(() => {});
    exchange.end();
  }
  return new ReadableStream<Uint8Array>({
    start(controller): void {
      exchange.onStall = (reason) => {
        controller.error(reason);
        give(reason);
      };
    },
    async pull(controller): Promise<void> {
      exchange.taken();
      try {
        const piece = await pieces.next();
        if (piece) {
          controller.enqueue(piece);
          return exchange.handed(piece.length);
        }
        controller.close();
        exchange.end();
      } catch (error) {
        controller.error(error);
        await give(error);
      }
    },
    cancel: () => give(new ServiceError("Cannot go on: the client left", "E_ABORTED")),
  }, { highWaterMark: 0 });
}
