import { MIMEType } from "node:util";
import { type ErrorCode, ServiceError, shown } from "../../core/mod.ts";
import { DelimitedReader } from "./_delimited_reader.ts";

/** One small part of a form. */
export interface Part {
  readonly bytes: Uint8Array;
}

/** A form: small parts in memory, and the logits as they come. */
export interface Form {
  readonly parts: ReadonlyMap<string, Part>;
  /** The logits, if the form has them; the last part. */
  readonly logits: LogitsPart | undefined;
}

/** The logits of a form. */
export interface LogitsPart {
  readonly type: string;
  readonly filename: string | undefined;
  readonly body: ReadableStream<Uint8Array>;
}

/** A part that is too long for memory, and comes before the logits. */
export interface HeldPart {
  readonly name: string;
  /** Reads all of it; what comes behind waits. */
  take(part: LogitsPart): Promise<void>;
}

/** What a part says of itself. */
interface Head {
  readonly name: string;
  readonly filename: string | undefined;
  readonly type: string;
}

/** The part that streams. */
const LOGITS = "logits";

/** The most bytes of a part's head, and of what comes before the first part. */
const HEAD = 1 << 14;

const encoder = new TextEncoder();
const LINE_END = encoder.encode("\r\n");
const HEAD_END = encoder.encode("\r\n\r\n");
const FORM_END = encoder.encode("--");

/**
 * Reads a form up to its part "logits", which is handed on as a stream: nothing of it is held. Hence the small parts come
 * before it. Backpressure goes through: what is not read of the logits is not read of the body.
 */
export async function readForm(
  type: string,
  body: ReadableStream<Uint8Array>,
  names: readonly string[],
  limit: number,
  held?: HeldPart,
): Promise<Form> {
  const boundary = mediaTypeOf(type)?.params.get("boundary");
  if (!boundary) throw bad("its content type names no boundary");
  const form = new FormReader(body, boundary);
  const parts = new Map<string, Part>();
  let left = limit;
  if (!await form.bytes(HEAD)) throw bad(`its first ${HEAD} bytes hold no boundary "--${boundary}"`);
  for (let head = await form.head(); head; head = await form.head()) {
    const { name, ...said } = head;
    if (name === LOGITS) return { parts, logits: { ...said, body: form.stream() } };
    if (name === held?.name && !parts.has(name)) {
      parts.set(name, { bytes: new Uint8Array(0) });
      await held.take({ ...said, body: form.stream(false) });
      continue;
    }
    if (!names.includes(name)) {
      throw bad(
        `it has a part "${shown(name)}", wanted ${[...names, ...(held ? [held.name] : []), LOGITS].join(", ")}`,
      );
    }
    if (parts.has(name)) throw bad(`it has part "${name}" twice`);
    const bytes = await form.bytes(left);
    if (!bytes) throw bad(`the parts before "${LOGITS}" have more than ${limit} bytes`, "E_BODY_LIMIT");
    left -= bytes.length;
    parts.set(name, { bytes });
  }
  return { parts, logits: undefined };
}

/** A form, part by part: first its head, then its bytes. */
class FormReader {
  readonly #boundary: Uint8Array;
  readonly #reader: DelimitedReader;

  constructor(body: ReadableStream<Uint8Array>, boundary: string) {
    this.#boundary = encoder.encode(`\r\n--${boundary}`);
    // A boundary begins with the end of the line before, which the first one may lack.
    this.#reader = new DelimitedReader(body, LINE_END);
  }

  /** What the next part says of itself; nothing at the end. */
  async head(): Promise<Head | undefined> {
    if (await this.#reader.isNext(FORM_END)) {
      await this.#reader.cancel();
      return undefined;
    }
    const bytes = await this.#reader.allBefore(HEAD_END, HEAD);
    if (!bytes) throw bad(`the head of a part has more than ${HEAD} bytes`);
    return headOf(new TextDecoder().decode(bytes));
  }

  /** All up to the next boundary; nothing if there are more than `most` bytes. */
  async bytes(most: number): Promise<Uint8Array | undefined> {
    return await this.#reader.allBefore(this.#boundary, most);
  }

  /** The same as a stream. Of the part that is to be the last, one that follows is an error of the stream's. */
  stream(isLast = true): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      pull: async (controller): Promise<void> => {
        const { piece, last } = await this.#reader.before(this.#boundary);
        if (!last) return controller.enqueue(piece);
        // A copy: to look what follows is to ask for more.
        const rest = piece.slice();
        const next = isLast ? await this.head() : undefined;
        if (next) throw bad(`part "${shown(next.name)}" follows "${LOGITS}", wanted "${LOGITS}" as the last one`);
        if (rest.length > 0) controller.enqueue(rest);
        controller.close();
      },
      cancel: (reason) => this.#reader.cancel(reason),
    }, { highWaterMark: 0 });
  }
}

function headOf(text: string): Head {
  if (!/^[ \t]*(\r\n|$)/.test(text)) throw bad("a line begins with the boundary and goes on");
  // The parameters of a disposition are written as those of a media type.
  const disposition = mediaTypeOf(`part/${headerOf(text, "content-disposition")}`);
  const name = disposition?.subtype === "form-data" ? disposition.params.get("name") : undefined;
  if (!name) throw bad("a part has no name");
  const encoding = headerOf(text, "content-transfer-encoding");
  if (!/^(binary|8bit|7bit|)$/i.test(encoding)) {
    throw bad(`part "${shown(name)}" is encoded (${shown(encoding)}), wanted plain bytes`, "E_MEDIA_TYPE");
  }
  const filename = disposition?.params.get("filename") ?? disposition?.params.get("filename*") ?? undefined;
  return { name, filename, type: headerOf(text, "content-type") };
}

/** What is beyond ASCII is escaped: names may hold it, media types may not. */
function headerOf(text: string, name: string): string {
  const [, value = ""] = new RegExp(`\r\n${name}:(.*)`, "i").exec(text) ?? [];
  return value.trim().replace(/[^\0-\x7f]/gu, encodeURIComponent);
}

function mediaTypeOf(text: string): MIMEType | undefined {
  try {
    return new MIMEType(text);
  } catch {
    return undefined;
  }
}

function bad(what: string, code: ErrorCode = "E_BAD_REQUEST"): ServiceError {
  return new ServiceError(`Cannot read the form: ${what}`, code);
}
