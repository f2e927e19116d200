import { ServiceError } from "../../core/mod.ts";
import type { Exchange } from "../_exchange.ts";
import { inWork } from "../_in_work.ts";

/** What an answer is made of, a piece at a time. */
export interface Pieces {
  /** The next piece, once it is there; `undefined` at the end. Rejects only where the client cannot be told any more. */
  next(): Promise<Uint8Array | undefined>;
  /** Gives the source back. */
  cancel(reason: unknown): Promise<void>;
}

/** Most bytes handed over at a time. */
const SLICE = 1 << 16;

/**
 * The body of an answer. Nothing is made before the client can take it, nothing is made ahead, and a client that takes
 * nothing for too long is dropped.
 */
export function responseBody(exchange: Exchange, pieces: Pieces): ReadableStream<Uint8Array> {
  let over = false;
  let rest: Uint8Array | undefined;
  async function give(reason: unknown): Promise<void> {
    over = true;
    exchange.abort(reason);
    await pieces.cancel(reason).catch(() => {});
    exchange.end();
  }
  return new ReadableStream<Uint8Array>({
    start(controller): void {
      exchange.cut = (reason) => {
        // The runtime prints what it cuts an answer off for: a line will do.
        controller.error(exchange.problem(reason).detail);
        give(reason);
      };
    },
    async pull(controller): Promise<void> {
      exchange.taken();
      try {
        const piece = rest ?? await inWork.run(exchange, () => pieces.next());
        if (over) return;
        if (piece) {
          // In slices, so that a client that takes a long row slowly is seen to take it.
          const slice = piece.subarray(0, SLICE);
          rest = slice.length < piece.length ? piece.subarray(SLICE) : undefined;
          controller.enqueue(slice);
          return exchange.handed(slice.length);
        }
        controller.close();
        exchange.end();
      } catch (error) {
        if (over) return;
        controller.error(exchange.problem(error).detail);
        await give(error);
      }
    },
    async cancel(): Promise<void> {
      const left = new ServiceError("Cannot go on: the client left", "E_ABORTED");
      exchange.problem(left);
      await give(left);
    },
  }, { highWaterMark: 0 });
}
