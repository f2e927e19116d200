import type { ServerResponse } from "node:http";
import { Timer } from "../_timer.ts";

/** Seconds in which what was written before an answer broke off may still reach its client. */
const LAST = 1;

/**
 * Sends an answer over `node:http`: a piece is taken from it when the client has room for one. An answer that fails in its
 * middle cuts the connection, so that nobody takes a part for the whole; so does a client that takes nothing for too long.
 */
export async function sendResponse(outgoing: ServerResponse, response: Response, stallSeconds: number): Promise<void> {
  const { body, status, headers } = response;
  outgoing.statusCode = status;
  outgoing.setHeaders(headers);
  if (!body || outgoing.req.method === "HEAD" || outgoing.destroyed) {
    body?.cancel().catch(() => {});
    outgoing.end();
    return;
  }
  const reader = body.getReader();
  const stall = new Timer(stallSeconds, () => outgoing.destroy());
  outgoing.once("close", () => {
    stall.stop();
    reader.cancel().catch(() => {});
  });
  // Also while the client is waited for.
  reader.closed.catch(() => cut(outgoing));
  try {
    await sendBody(outgoing, reader, stall);
  } catch {
    // The stream failed: it is cut.
  }
}

async function sendBody(
  outgoing: ServerResponse,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  stall: Timer,
): Promise<void> {
  // Headers wait for the first piece, but not for one that is still to be made.
  const headers = setImmediate(() => outgoing.flushHeaders());
  for (;;) {
    const { done, value } = await reader.read();
    clearImmediate(headers);
    if (outgoing.destroyed) return;
    if (done) break;
    gather(outgoing);
    if (!outgoing.write(value)) await drained(outgoing, stall);
  }
  stall.start();
  outgoing.end(() => stall.stop());
}

/** What is written until the next turn of the event loop goes out together. */
function gather(outgoing: ServerResponse): void {
  if (outgoing.writableCorked > 0) return;
  outgoing.cork();
  setImmediate(() => outgoing.uncork());
}

function drained(outgoing: ServerResponse, stall: Timer): Promise<void> {
  stall.start();
  return new Promise((resolve) => {
    function over(): void {
      stall.stop();
      outgoing.off("drain", over).off("close", over);
      resolve();
    }
    outgoing.once("drain", over).once("close", over);
  });
}

/** Ends the connection in the middle of an answer, after what was written of it. */
function cut(outgoing: ServerResponse): void {
  outgoing.flushHeaders();
  // To HTTP/1.0 the end of a connection is the end of an answer: only a reset is an error.
  if (outgoing.req.httpVersion === "1.0") return void outgoing.socket?.resetAndDestroy();
  outgoing.socket?.destroySoon();
  const late = new Timer(LAST, () => outgoing.destroy());
  late.start();
  outgoing.once("close", () => late.stop());
}
