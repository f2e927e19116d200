import { ServiceError } from "../../core/mod.ts";
import type { Exchange } from "../_exchange.ts";
import type { Progress } from "./_progress.ts";
import type { Pieces } from "./_response_body.ts";
import type { AnyRow, RowFormat } from "./_row_format.ts";

/** Where the rows of an answer come from. */
export interface RowSource {
  /** The rows, in order. */
  readonly rows: ReadableStream<AnyRow>;
  /** After the last row: a summary, or an error if rows are missing. */
  finish?(rows: number): unknown;
  /** Whether many rows fit a chunk: then what is ready goes out together. */
  readonly short: boolean;
  /** How far a long row is, told where the format can. */
  readonly progress?: Progress;
}

/** Characters that go out together. */
const BATCH = 1 << 14;

/** Rows as pieces of text. */
export class RowPieces implements Pieces {
  readonly #exchange: Exchange;
  readonly #source: RowSource;
  readonly #format: RowFormat;
  readonly #reader: ReadableStreamDefaultReader<AnyRow>;
  readonly #encoder = new TextEncoder();
  #reading: Promise<ReadableStreamReadResult<AnyRow>> | undefined;
  #text = "";
  #done = false;

  constructor(exchange: Exchange, source: RowSource, format: RowFormat) {
    this.#exchange = exchange;
    this.#source = source;
    this.#format = format;
    this.#reader = source.rows.getReader();
  }

  /** Waits until the first row is there, or it is known that there will be none: what fails until then has a status. */
  async first(): Promise<void> {
    this.#reading = this.#reader.read();
    await this.#reading;
  }

  async next(): Promise<Uint8Array | undefined> {
    if (this.#done) return undefined;
    this.#text = "";
    try {
      await this.#fill();
    } catch (error) {
      this.#done = true;
      this.#text += this.#format.error(this.#exchange.problem(error));
      await this.cancel(error);
    }
    return this.#text === "" ? undefined : this.#encoder.encode(this.#text);
  }

  async #fill(): Promise<void> {
    if (await this.#tellProgress()) return;
    do {
      const { done, value } = await this.#take();
      if (done) return this.#end();
      this.#checkRows();
      this.#text += this.#format.row(value);
      this.#exchange.rows++;
      if (this.#exchange.stopping) throw new ServiceError("Cannot go on: the service is stopping", "E_SHUTDOWN");
    } while (this.#text.length < BATCH && await this.#isReady());
  }

  /** Waits for a row, or for progress inside it; whether there was progress to tell. */
  async #tellProgress(): Promise<boolean> {
    const { progress } = this.#source;
    if (!progress || !this.#format.progress) return false;
    this.#reading ??= this.#reader.read();
    await Promise.race([this.#reading, progress.reported()]);
    const word = progress.take();
    if (word === undefined || await settled(this.#reading)) return false;
    this.#text += this.#format.progress(word);
    return true;
  }

  #take(): Promise<ReadableStreamReadResult<AnyRow>> {
    const reading = this.#reading ?? this.#reader.read();
    this.#reading = undefined;
    return reading;
  }

  /** Whether the next row is there without a wait. Long rows are not asked for ahead: a client may stop before. */
  async #isReady(): Promise<boolean> {
    if (!this.#source.short) return false;
    this.#reading = this.#reader.read();
    return await settled(this.#reading);
  }

  #checkRows(): void {
    const { rows, service: { limits } } = this.#exchange;
    if (rows >= limits.rows) throw new ServiceError(`Cannot answer more than ${limits.rows} rows`, "E_LIMIT");
  }

  #end(): void {
    const summary = this.#source.finish?.(this.#exchange.rows);
    this.#done = true;
    this.#text += (summary === undefined ? "" : this.#format.summary(summary)) + this.#format.end(this.#exchange.rows);
  }

  async cancel(reason: unknown): Promise<void> {
    this.#reading?.catch(() => {});
    await this.#reader.cancel(reason).catch(() => {});
  }
}

/** Whether a promise is settled already. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  const no = Symbol();
  // A settled promise wins a race against one that settles a microtask later.
  const late = Promise.resolve().then(() => no);
  return await Promise.race([promise.catch(() => undefined), late]) !== no;
}
