import { Busboy, type BusboyFileStream } from "@fastify/busboy";
import { Readable } from "node:stream";
import { ServiceError } from "../core/mod.ts";

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

type Parser = InstanceType<typeof Busboy>;

/** The part that streams. */
const LOGITS = "logits";

/**
 * Reads a form up to its part "logits", which is handed on as a stream: nothing of it is held. Hence the small parts come
 * before it. Backpressure goes through: what is not read of the logits is not read of the body.
 */
export async function readForm(
  type: string,
  body: ReadableStream<Uint8Array>,
  names: readonly string[],
  limit: number,
): Promise<Form> {
  const reader = new FormReader(type, names, limit);
  const pumped = reader.pump(body);
  return await Promise.race([reader.form, pumped.then(() => reader.form)]);
}

class FormReader {
  readonly form: Promise<Form>;
  /** Settles at the end of the form: only then is it known that nothing follows the logits. */
  readonly #end: Promise<void>;
  #finish!: () => void;
  #abandon!: (error: unknown) => void;
  #resolve!: (form: Form) => void;
  #reject!: (error: unknown) => void;
  readonly #busboy: Parser;
  readonly #names: readonly string[];
  readonly #limit: number;
  readonly #parts = new Map<string, Part>();
  /** Ends of small parts that are still to come: a stream may tell its end after the next part has begun. */
  readonly #ends: Promise<void>[] = [];
  readonly #seen = new Set<string>();
  #left: number;
  #logits: BusboyFileStream | undefined;
  #failure: unknown;

  constructor(type: string, names: readonly string[], limit: number) {
    this.#names = names;
    this.#limit = this.#left = limit;
    this.form = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#end = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#abandon = reject;
    });
    this.#end.catch(() => {});
    // Whoever waits for the form learns of it; after that the stream of logits tells.
    this.form.catch(() => {});
    this.#busboy = this.#open(type);
  }

  #open(type: string): Parser {
    try {
      const busboy = new Busboy({
        headers: { "content-type": type },
        // A file is whatever has a file name or is the logits; both kinds of part are read alike.
        isPartAFile: () => true,
        limits: { parts: 16, headerPairs: 32 },
      });
      busboy.on("file", (name, stream, filename, _encoding, mime) => this.#part(name, stream, filename, mime));
      busboy.on("partsLimit", () => this.#fail(bad("it has more than 16 parts")));
      busboy.on("error", (error) => this.#fail(bad(String((error as Error).message))));
      busboy.on("finish", () => {
        this.#finish();
        if (!this.#logits) this.#settle(undefined);
      });
      return busboy;
    } catch (error) {
      throw bad((error as Error).message);
    }
  }

  #part(name: string, stream: BusboyFileStream, filename: string | undefined, mime: string): void {
    stream.on("error", (error) => this.#fail(bad(String(error.message))));
    if (this.#logits) return this.#fail(bad(`part "${name}" comes after "${LOGITS}", wanted before it`));
    if (name !== LOGITS) return this.#small(name, stream);
    this.#logits = stream;
    const body = this.#wholly(Readable.toWeb(stream) as ReadableStream<Uint8Array>);
    this.#settle({ type: mime, filename: filename || undefined, body });
  }

  /** The same stream, which ends only once the form has. */
  #wholly(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = stream.getReader();
    return new ReadableStream<Uint8Array>({
      pull: async (controller): Promise<void> => {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        await this.#end;
        controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
  }

  #settle(logits: LogitsPart | undefined): void {
    Promise.all(this.#ends).then(() => this.#resolve({ parts: this.#parts, logits }));
  }

  #small(name: string, stream: BusboyFileStream): void {
    if (!this.#names.includes(name)) {
      return this.#fail(bad(`it has a part "${name}", wanted ${[...this.#names, LOGITS].join(", ")}`));
    }
    if (this.#seen.has(name)) return this.#fail(bad(`it has part "${name}" twice`));
    this.#seen.add(name);
    const pieces: Uint8Array[] = [];
    stream.on("data", (piece: Uint8Array) => {
      this.#left -= piece.length;
      if (this.#left < 0) this.#fail(new ServiceError(tooLong(this.#limit), "E_BODY_LIMIT"));
      else pieces.push(piece);
    });
    this.#ends.push(
      new Promise((resolve) => stream.on("end", () => (this.#parts.set(name, { bytes: joined(pieces) }), resolve()))),
    );
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#reject(error);
    this.#abandon(error);
    this.#logits?.destroy(this.#failure as Error);
  }

  /** Feeds the body in, no faster than its parts are read. Never rejects. */
  async pump(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    // The logits are given up: nothing more is read.
    const given = this.form.then(({ logits }) =>
      logits && new Promise((resolve) => this.#logits!.once("close", resolve))
    );
    const gone = given.then(() => this.#logits ? reader.cancel() : undefined).catch(() => {});
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.#failure) break;
        if (!this.#busboy.write(value)) await Promise.race([drained(this.#busboy), gone]);
      }
      if (!this.#failure && !this.#logits?.destroyed) this.#busboy.end();
    } catch (error) {
      this.#fail(error);
    } finally {
      if (this.#failure) await reader.cancel(this.#failure).catch(() => {});
    }
  }
}

function drained(busboy: Parser): Promise<void> {
  return new Promise((resolve) => busboy.once("drain", () => resolve()));
}

function bad(what: string): ServiceError {
  return new ServiceError(`Cannot read the form: ${what}`, "E_BAD_REQUEST");
}

function tooLong(limit: number): string {
  return `Cannot read the form: the parts before "${LOGITS}" have more than ${limit} bytes`;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
