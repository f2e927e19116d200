import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * A request of `node:http` as the app takes it. Nothing of its body is read before somebody asks for it; a client that waits
 * for a word before it sends the body (`Expect: 100-continue`) gets it then.
 */
export function requestOf(incoming: IncomingMessage, outgoing: ServerResponse, signal: AbortSignal): Request {
  const { method = "GET" } = incoming;
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
  const { localAddress = "127.0.0.1", localPort } = socket;
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
  let waits = /^100-continue$/i.test(incoming.headers.expect ?? "");
  return new ReadableStream<Uint8Array>({
    async pull(controller): Promise<void> {
      if (waits && !outgoing.headersSent) outgoing.writeContinue();
      waits = false;
      const { done, value } = await pieces.next();
      if (done) return controller.close();
      controller.enqueue(new Uint8Array(value.buffer, value.byteOffset, value.length));
    },
  }, { highWaterMark: 0 });
}
