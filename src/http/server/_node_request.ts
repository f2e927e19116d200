import type { IncomingMessage, ServerResponse } from "node:http";
import { waitsForWord } from "../body/_request_body.ts";

/**
 * A request of `node:http` as the app takes it. Nothing of its body is read before somebody asks for it; a client that waits
 * for a word before it sends the body (`Expect: 100-continue`) gets it then.
 */
export function requestOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Request | undefined {
  const { method = "GET" } = incoming;
  // The standard of fetch forbids it.
  if (method === "TRACE") return undefined;
  const body = bodiless(method) ? null : bodyOf(incoming, outgoing);
  return new Request(
    urlOf(incoming),
    { method, headers: headersOf(incoming), body, signal, duplex: "half" } as RequestInit,
  );
}

/** Whether a `Request` of this method can have no body. */
export function bodiless(method: string | undefined): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whether a body follows the headers. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** The address that was asked for; one of this machine in place of a host that is none: the app refuses it by its header. */
function urlOf({ url = "/", headers: { host }, socket }: IncomingMessage): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url;
  const path = url.startsWith("/") ? url : `/${url}`;
  const asked = `http://${host}${path}`;
  if (host && !/[\s/?#@\\]/.test(host) && URL.canParse(asked)) return asked;
  // A client that has left takes them with it.
  const { localAddress = "127.0.0.1", localPort = 80 } = socket;
  return `http://${localAddress.includes(":") ? `[${localAddress}]` : localAddress}:${localPort}${path}`;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  return headers;
}

function bodyOf(incoming: IncomingMessage, outgoing: ServerResponse): ReadableStream<Uint8Array> {
  // To give up a body must not end the connection: the answer is still to go out.
  const pieces = incoming.iterator({ destroyOnReturn: false });
  let waits = waitsForWord({ headers: headersOf(incoming) });
  // A client that was never told to send its body may begin its next request instead: nobody could tell which.
  if (waits) outgoing.setHeader("connection", "close");
  let piece: Uint8Array<ArrayBuffer> | undefined;
  let at = 0;
  return new ReadableStream({
    type: "bytes",
    async pull(controller): Promise<void> {
      if (waits && !outgoing.headersSent) {
        outgoing.removeHeader("connection");
        outgoing.writeContinue();
      }
      waits = false;
      piece ??= (await pieces.next()).value as Uint8Array<ArrayBuffer> | undefined;
      const request = controller.byobRequest;
      if (!piece) {
        controller.close();
        request?.respond(0);
      } else if (!request) {
        controller.enqueue(at === 0 && isWhole(piece) ? piece : piece.slice(at));
        piece = undefined;
        at = 0;
      } else {
        at += fill(request, piece.subarray(at));
        if (at < piece.length) return;
        // A long upload would leave its garbage faster than it is collected.
        if (isWhole(piece)) piece.buffer.transfer(0);
        piece = undefined;
        at = 0;
      }
    },
  });
}

/** Whether a piece has its memory to itself. */
function isWhole({ buffer, length }: Uint8Array): boolean {
  return length === buffer.byteLength;
}

/** Copies what there is room for; returns how much. */
function fill(request: ReadableStreamBYOBRequest, bytes: Uint8Array): number {
  const view = request.view!;
  const length = Math.min(view.byteLength, bytes.length);
  new Uint8Array(view.buffer, view.byteOffset, length).set(bytes.subarray(0, length));
  request.respond(length);
  return length;
}
