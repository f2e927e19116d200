import { errorCode, SourceError } from "../core/mod.ts";

/** What is known of a file behind a URL, and how it may be asked for. */
export interface Remote {
  /** What messages call it. */
  readonly what: string;
  readonly url: URL;
  /** Bytes of the whole. */
  readonly size: number;
  /** Its ETag, else when it was changed last, else nothing. */
  readonly identity: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Refuses a URL, also one that a redirect leads to. */
  readonly check: (url: URL) => void | Promise<void>;
  /** Seconds to wait for an answer to begin, and for its next bytes. */
  readonly timeout: number;
}

/** A part of it. */
export interface RemotePart {
  readonly body: ReadableStream<Uint8Array>;
  readonly start: number;
  readonly size: number;
  readonly identity: string;
}

const REDIRECTS = 5;

/** Asks for a part; the answer must be one. */
export async function fetchPart(
  remote: Omit<Remote, "size" | "identity">,
  range: string,
  signal: AbortSignal,
): Promise<RemotePart> {
  const { what } = remote;
  const watch = new Watch(remote, signal);
  try {
    const answer = await follow(remote, range, watch);
    const { status, headers, body } = answer;
    const [, start, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "") ?? [];
    const wrong = wrongStatus(what, status, start) ?? wrongType(what, headers);
    if (wrong || !body) {
      await body?.cancel();
      throw wrong ?? new SourceError(`Cannot read ${what}: its server gave nothing`);
    }
    const identity = headers.get("etag") ?? headers.get("last-modified") ?? "";
    return { body: watch.over(body), start: Number(start), size: Number(size), identity };
  } catch (error) {
    watch.stop();
    if (errorCode(error) || signal.aborted) throw error;
    throw watch.late ??
      new SourceError(`Cannot read ${what}: its server cannot be reached`, "E_SOURCE_READ", { cause: error });
  }
}

function wrongStatus(what: string, status: number, start: string | undefined): SourceError | undefined {
  if (status === 404 || status === 410) {
    return new SourceError(`Cannot read ${what}: there is none`, "E_SOURCE_MISSING");
  }
  if (status === 416) {
    return new SourceError(`Cannot read ${what}: it is empty, or shorter than it was`, "E_SOURCE_SHORT");
  }
  if (status === 200 || (status === 206 && start === undefined)) {
    return new SourceError(
      `Cannot read ${what}: its server does not give parts of it (Range); fetch it and use fromStream`,
      "E_SOURCE_RANGE",
    );
  }
  return status === 206 ? undefined : new SourceError(`Cannot read ${what}: its server answered ${status}`);
}

/** A page instead of a file is what servers give for a link that has gone, or wants a login. */
function wrongType(what: string, headers: Headers): SourceError | undefined {
  const type = headers.get("content-type")?.split(";")[0] ?? "";
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    return new SourceError(`Cannot read ${what}: it comes encoded (${encoding})`, "E_FORMAT");
  }
  return /^(text\/html|application\/(xhtml\+xml|json|problem\+json))$/.test(type)
    ? new SourceError(`Cannot read ${what}: it is ${type}, no file of logits`, "E_FORMAT")
    : undefined;
}

/** Follows redirects by hand: each URL is checked before it is asked. */
async function follow(remote: Omit<Remote, "size" | "identity">, range: string, watch: Watch): Promise<Response> {
  let url = remote.url;
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    await remote.check(url);
    // Headers of the caller's may hold secrets: they go to the origin they were meant for.
    const own = url.origin === remote.url.origin ? remote.headers : {};
    const headers = { ...own, range, "accept-encoding": "identity" };
    const answer = await fetch(url, { headers, redirect: "manual", signal: watch.signal });
    const location = answer.headers.get("location");
    if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
    await answer.body?.cancel();
    const next = new URL(location, url);
    if (url.protocol === "https:" && next.protocol !== "https:") {
      throw new SourceError(`Cannot read ${remote.what}: it leads from https to ${next.protocol}`, "E_URL_BLOCKED");
    }
    url = next;
  }
  throw new SourceError(`Cannot read ${remote.what}: it leads on more than ${REDIRECTS} times`, "E_URL_BLOCKED");
}

/** Stops a request whose server says nothing for too long. */
class Watch {
  /** Set once it was too long. */
  late: SourceError | undefined;
  readonly #stop = new AbortController();
  readonly #remote: Omit<Remote, "size" | "identity">;
  readonly #outer: AbortSignal;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #abort = (): void => this.#stop.abort(this.#outer.reason);

  constructor(remote: Omit<Remote, "size" | "identity">, outer: AbortSignal) {
    this.#remote = remote;
    this.#outer = outer;
    if (outer.aborted) this.#abort();
    outer.addEventListener("abort", this.#abort, { once: true });
    this.#start();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  #start(): void {
    clearTimeout(this.#timer);
    const { what, timeout } = this.#remote;
    this.#timer = setTimeout(() => {
      this.late = new SourceError(`Cannot read ${what}: its server said nothing for ${timeout} seconds`, "E_TIMEOUT");
      this.#stop.abort(this.late);
    }, timeout * 1000);
  }

  /** Watches no more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#abort);
  }

  /** The body, watched while it is waited for; not while nobody reads. */
  over(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    clearTimeout(this.#timer);
    const reader = body.getReader();
    return new ReadableStream<Uint8Array>({
      pull: async (controller): Promise<void> => {
        this.#start();
        try {
          const { done, value } = await reader.read();
          clearTimeout(this.#timer);
          if (!done) return controller.enqueue(value);
          this.stop();
          controller.close();
        } catch (error) {
          this.stop();
          throw this.late ?? error;
        }
      },
      cancel: async (reason): Promise<void> => {
        this.stop();
        await reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }
}
