import {
  checkPositive,
  checkSignal,
  checkWhole,
  define,
  type Dtype,
  type Logits,
  optionsOf,
  ParameterError,
  shown,
  SourceError,
  type Spec,
} from "../core/mod.ts";
import { byteLogits } from "./_byte_logits.ts";
import { cutOf } from "./_cut.ts";
import { DTYPE, given, TENSOR, VOCABULARY } from "./_expected_options.ts";
import { formatOf, layoutOf } from "./_file_layout.ts";
import { fetchPart, type Remote } from "./_remote.ts";
import { StreamFeed } from "./_stream_feed.ts";
import { UrlFeed } from "./_url_feed.ts";

/** What {@linkcode fromUrl} cannot learn from the server, and how far it trusts it. */
export interface FromUrlOptions {
  /** Logits in a row. Raw files need it; for the others it must agree with the header. */
  readonly vocabulary?: number;
  /** How a raw file stores a logit, whatever its name ends in. For the other formats it must agree with the header. */
  readonly dtype?: Dtype;
  /** The tensor of a `.safetensors` file; may be left out if there is only one. */
  readonly tensor?: string;
  /** The most logits of a chunk, 65,536 by default; also of a read without a stream. */
  readonly chunk?: number;
  /** Headers to send, as `authorization`; only to the URL's own origin. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The most bytes that the file may have; no limit when absent. */
  readonly bytes?: number;
  /** Seconds that the server may say nothing; 30 when absent. */
  readonly timeout?: number;
  /** Stops the opening; what is opened is stopped by the signal of its range. */
  readonly signal?: AbortSignal;
  /** Refuses a URL by throwing, before it is asked; also each one that a redirect leads to. */
  readonly check?: (url: URL) => void | Promise<void>;
}

/**
 * Logits in a file behind an http or https URL: the formats of `fromFile`, told by the ending of the URL's path.
 *
 * The server must give parts of files (`Range`): each `open` asks for the bytes from where it reads, and a range reads
 * only its own. The ETag, or else the time of change, and the size are checked at every answer, so that a file that is
 * replaced between two reads is `SourceChangedError`, never a wrong number. Redirects are followed, at most 5, never from https to
 * http. Needs permission to reach the host.
 *
 * @example The second row alone, by a range request
 * ```ts
 * import { fromUrl } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const file = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
 * const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, ({ headers }) => {
 *   const from = Number(/^bytes=(\d+)-/.exec(headers.get("range")!)![1]);
 *   const range = `bytes ${from}-15/16`;
 *   return new Response(file.slice(from), { status: 206, headers: { "content-range": range, etag: '"1"' } });
 * });
 * const logits = await fromUrl(`http://127.0.0.1:${server.addr.port}/rows.f32`, { vocabulary: 2 });
 * const [chunk] = await Array.fromAsync(logits.open({ rows: [1, 2] }));
 * assertEquals(chunk.data, Float32Array.of(3, 4));
 * await server.shutdown();
 * ```
 *
 * @param url Where the file is. Without a name and a password: those belong in `headers`.
 * @param options What the file does not say, and limits.
 * @returns Logits that ask the server again at each `open`.
 * @throws {SourceError} If there is no such file (`E_SOURCE_MISSING`), the server gives no parts (`E_SOURCE_RANGE`), says nothing
 * for too long (`E_TIMEOUT`) or gives something else (`E_FORMAT`), the file is too long (`E_LIMIT`), or its length is not what its header says.
 * @throws {SourceChangedError} When read, if the file is not the one that was opened.
 * @throws {ShapeError} If it is empty, or its dtype or byte order is not supported.
 * @throws {ParameterError} If an option is missing or does not fit, or the URL is none of http or https.
 */
export async function fromUrl(url: string | URL, options: FromUrlOptions = {}): Promise<Logits> {
  const cut = cutOf(optionsOf("fromUrl", options, OPTIONS).chunk);
  checkSignal(options.signal);
  const target = urlOf(url);
  const format = formatOf(target.pathname, options);
  const asked = askedOf(target, options);
  const { what } = asked;
  const first = await fetchPart(asked, "bytes=0-", options.signal ?? new AbortController().signal);
  const remote: Remote = { ...asked, size: first.size, identity: first.identity };
  const feed = new StreamFeed(first.body, "f32");
  try {
    checkBytes(remote, options.bytes);
    const layout = await layoutOf(what, format, feed, remote.size, options);
    return byteLogits({
      ...layout,
      what,
      replay: "reopen",
      spec: specOf(target, options, layout.tensor),
      cut,
      last: false,
      feed: () => ({ feed: new UrlFeed(remote, layout.origin), byte: layout.origin }),
      identity: () => identityOf(remote),
    });
  } finally {
    await feed.close().catch(() => {});
  }
}

/** Its row of the catalogue. Headers are the caller's secret: no spec has them. */
export const fromUrlDefinition = /* @__PURE__ */ define({
  name: "fromUrl",
  kind: "source",
  help: "the URL of a file, http or https",
  options: {
    url: { type: "text", argument: true, help: "the URL" },
    vocabulary: VOCABULARY,
    dtype: DTYPE,
    tensor: TENSOR,
  },
  make: ({ url, ...expected }, _spec, { grants }): Promise<Logits> =>
    fromUrl(url, { ...given(expected), ...(grants ? { check: (next) => grants.url(next) } : {}) }),
});

const OPTIONS = ["vocabulary", "dtype", "tensor", "chunk", "headers", "bytes", "timeout", "signal", "check"] as const;

function urlOf(url: string | URL): URL {
  if (typeof url !== "string" && !(url instanceof URL)) {
    throw new ParameterError(`Cannot read ${shown(url)}: it is no URL`);
  }
  const target = URL.parse(url);
  if (!target) throw new ParameterError(`Cannot read "${url}": it is no URL`);
  return target;
}

/** What messages call a URL: without its query, which may hold a signature. */
function askedOf(url: URL, options: FromUrlOptions): Omit<Remote, "size" | "identity"> {
  const { headers = {}, timeout = 30, check } = options;
  checkPositive("timeout", timeout);
  if (options.bytes !== undefined) checkWhole("bytes", options.bytes, 1);
  return {
    what: `"${url.origin}${url.pathname}"`,
    url,
    headers,
    timeout,
    check: async (next) => {
      checkUrl(next);
      await check?.(next);
    },
  };
}

function checkUrl({ protocol, username, password, host }: URL): void {
  if (protocol !== "http:" && protocol !== "https:") {
    throw new SourceError(`Cannot read a URL of ${protocol}: wanted http: or https:`, "E_URL_BLOCKED");
  }
  if (username !== "" || password !== "") {
    throw new SourceError(`Cannot read a URL of ${host} that holds a password: wanted it in a header`, "E_URL_BLOCKED");
  }
}

function checkBytes({ what, size }: Remote, bytes = Infinity): void {
  if (size > bytes) {
    throw new SourceError(`Cannot read ${what}: it has ${size} bytes, wanted at most ${bytes}`, "E_LIMIT");
  }
}

async function identityOf(remote: Remote): Promise<string> {
  const { body, size, identity } = await fetchPart(remote, "bytes=0-0", new AbortController().signal);
  await body.cancel();
  return `${size} bytes, ${identity}`;
}

function specOf({ origin, pathname, search }: URL, options: FromUrlOptions, tensor: string | undefined): Spec {
  const params: Record<string, unknown> = { url: origin + pathname + search };
  if (options.vocabulary !== undefined) params.vocabulary = options.vocabulary;
  if (options.dtype !== undefined) params.dtype = options.dtype;
  if (tensor !== undefined) params.tensor = tensor;
  return { name: "fromUrl", params, inputs: [], ...(options.headers ? { portable: false } : {}) };
}
