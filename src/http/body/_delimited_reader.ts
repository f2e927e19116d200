import { ServiceError } from "../../core/mod.ts";

/** What every delimiter begins with. */
const CR = 0x0d;

/**
 * A body, read from delimiter to delimiter. Nothing is asked of it before all it gave is taken, and nothing is held but what
 * may be the beginning of a delimiter: backpressure goes through.
 */
export class DelimitedReader {
  readonly #body: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array;

  /** Locks the body; reads it as if it came after `before`. */
  constructor(body: ReadableStream<Uint8Array>, before: Uint8Array) {
    this.#body = body.getReader();
    this.#rest = before;
  }

  /**
   * The next bytes before a delimiter, and whether they are the last ones: then the delimiter has been gone past, and there
   * may be none. They are valid until more is asked for.
   */
  async before(delimiter: Uint8Array): Promise<{ readonly piece: Uint8Array; readonly last: boolean }> {
    for (;;) {
      const at = indexOf(this.#rest, delimiter);
      if (at >= 0) return { piece: this.#take(at, delimiter.length), last: true };
      const cr = this.#rest.indexOf(CR, Math.max(0, this.#rest.length - delimiter.length + 1));
      const piece = this.#take(cr < 0 ? this.#rest.length : cr);
      if (piece.length > 0) return { piece, last: false };
      await this.#more();
    }
  }

  /** All bytes before a delimiter, in memory of their own; nothing if there are more than `most`. */
  async allBefore(delimiter: Uint8Array, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const pieces: Uint8Array[] = [];
    for (let length = 0;;) {
      const { piece, last } = await this.before(delimiter);
      length += piece.length;
      if (length > most) return undefined;
      pieces.push(piece.slice());
      if (last) return joined(pieces);
    }
  }

  /** Whether these bytes come next. */
  async isNext(bytes: Uint8Array): Promise<boolean> {
    while (this.#rest.length < bytes.length) await this.#more();
    return startsWith(this.#rest, 0, bytes);
  }

  /** Gives the body up, also in the middle of a read. */
  async cancel(reason?: unknown): Promise<void> {
    await this.#body.cancel(reason);
  }

  #take(length: number, past = 0): Uint8Array {
    const piece = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length + past);
    return piece;
  }

  async #more(): Promise<void> {
    // A copy: the next piece may come in the memory of the last one.
    const held = this.#rest.slice();
    const { done, value } = await this.#body.read();
    if (done) throw new ServiceError("Cannot read the form: it ends before its last boundary", "E_BAD_REQUEST");
    this.#rest = held.length > 0 ? joined([held, value]) : value;
  }
}

function indexOf(bytes: Uint8Array, delimiter: Uint8Array): number {
  let at = bytes.indexOf(CR);
  while (at >= 0 && !startsWith(bytes, at, delimiter)) at = bytes.indexOf(CR, at + 1);
  return at;
}

function startsWith(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  return wanted.every((byte, i) => bytes[at + i] === byte);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
