import type { Kernels } from "../../kernels/mod.ts";
import {
  bytesOf,
  type Chunk,
  type LogitArray,
  type Logits,
  type LogitSource,
  logitView,
  SourceChangedError,
  SourceExhaustedError,
  specText,
} from "../core/mod.ts";
import { positionAfter } from "../core/inside.ts";
import { Checksum } from "./_checksum.ts";
import { flowClosed } from "./_closed.ts";
import { type Feed, openFeed } from "./_feed.ts";
import type { Spill, SpillStore } from "./spill.ts";

/** Where the second read of a row comes from. */
export type SecondRead = "cache" | "memory" | "reopen" | "spill" | "none";

/** Where rows of these logits would be read a second time. */
export function secondReadOf(
  { shape, replay }: Pick<Logits, "shape" | "replay">,
  width: number,
  rowCache: number,
  spill?: Spill,
): SecondRead {
  if (replay === "free") return "memory";
  if (width * bytesOf(shape.dtype) <= rowCache) return "cache";
  if (replay === "reopen") return "reopen";
  return spill ? "spill" : "none";
}

/** Limits and helpers of a replay. */
export interface ReplayOptions {
  readonly rowCache: number;
  readonly spill?: Spill | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Keeps what is needed to read the row in hand a second time: its chunks, or a way to get them again. */
export class Replay {
  readonly #source: LogitSource;
  readonly #kernels: Kernels;
  readonly #columns: readonly [number, number];
  readonly #options: ReplayOptions;
  readonly #way: SecondRead;
  /** Of the row in hand what came in earlier chunks: a copy, in memory that serves one row after the other. */
  #room: LogitArray | undefined;
  #kept = 0;
  #store: SpillStore | undefined;
  /** The row's second read, while it is open. */
  #again: Feed | undefined;
  #closed = false;
  #spilled = 0;
  /** Of what was kept of the row in hand, where it would be read again from the source. */
  #checksum: Checksum | undefined;
  #identity: string | undefined;

  constructor(logits: Logits, kernels: Kernels, columns: readonly [number, number], options: ReplayOptions) {
    this.#source = logits.source ?? logits;
    this.#kernels = kernels;
    this.#columns = columns;
    this.#options = options;
    this.#way = secondReadOf(this.#source, columns[1] - columns[0], options.rowCache, options.spill);
    if (this.#way === "reopen") this.#checksum = new Checksum(kernels);
  }

  /** Refuses at once what could only fail later. */
  check(): void {
    if (this.#way !== "none") return;
    const bytes = (this.#columns[1] - this.#columns[0]) * bytesOf(this.#source.shape.dtype);
    throw new SourceExhaustedError(
      `Cannot read the rows of a one-shot source twice: a row has ${bytes} bytes, the row cache ${this.#options.rowCache}; ` +
        "raise rowCache or give a spill (fileSpill)",
    );
  }

  /** Notes what the source looks like before the first read. */
  async start(): Promise<void> {
    if (this.#way === "reopen") this.#identity = await this.#source.identity?.();
  }

  /** Keeps the part of a chunk that begins the row still open after it, or continues it. Called once the chunk is done. */
  async keep(chunk: Chunk): Promise<void> {
    if (this.#way === "memory") return;
    const open = openPart(chunk, this.#columns);
    if (!open || open.row !== chunk.row || open.start !== chunk.start) await this.forget();
    if (!open) return;
    if (this.#way === "cache") this.#copy(open);
    else if (this.#way === "spill") await this.#write(open.data);
    else this.#checksum?.add(bytesIn(open.data));
  }

  #copy({ data, start }: Chunk): void {
    const [from, to] = this.#columns;
    this.#room ??= new (data.constructor as typeof Float32Array)(to - from);
    this.#room.set(data, start - from);
    this.#kept = start - from + data.length;
  }

  /** Keeps nothing of what it has. */
  async forget(): Promise<void> {
    this.#kept = 0;
    this.#checksum = this.#checksum?.fresh();
    this.#spilled = 0;
    await this.#store?.clear();
  }

  async #write(data: LogitArray): Promise<void> {
    this.#store ??= await this.#openSpill();
    await this.#store.write(bytesIn(data));
    this.#spilled += data.byteLength;
  }

  /** A spill that opens while the flow is closed is given back at once. */
  async #openSpill(): Promise<SpillStore> {
    if (this.#closed) throw flowClosed();
    const store = await this.#options.spill!.open();
    if (!this.#closed) return store;
    await store.close();
    throw flowClosed();
  }

  /** The chunks of a row, the last part of which lies in the chunk in hand. */
  async *chunks(row: number, current: Chunk): AsyncGenerator<Chunk> {
    const last = partOf(current, row, this.#columns);
    if (last.start === this.#columns[0]) {
      yield last;
    } else if (this.#way === "spill") {
      yield* this.#unspill(row);
      yield last;
    } else if (this.#way === "cache") {
      const { shape } = this.#source;
      yield { shape, data: this.#room!.subarray(0, this.#kept), row, start: this.#columns[0] };
      yield last;
    } else {
      yield* this.#reopen(row, last);
    }
  }

  async *#unspill(row: number): AsyncGenerator<Chunk> {
    const { shape } = this.#source;
    const buffer = new Uint8Array(Math.min(this.#kernels.arena.bufferBytes, this.#spilled));
    let start = this.#columns[0];
    for (let at = 0; at < this.#spilled;) {
      const want = Math.min(buffer.length, this.#spilled - at);
      for (let filled = 0; filled < want;) {
        const read = await this.#store!.read(at + filled, buffer.subarray(filled, want));
        if (read === 0) {
          throw new SourceChangedError(`Cannot read row ${row} again: its spill ended at byte ${at + filled}`);
        }
        filled += read;
      }
      const data = logitView(shape.dtype, buffer.buffer, 0, want / bytesOf(shape.dtype));
      yield { shape, data, row, start };
      start += data.length;
      at += want;
    }
  }

  async *#reopen(row: number, last: Chunk): AsyncGenerator<Chunk> {
    const { signal } = this.#options;
    const wanted = this.#checksum?.copy(), found = this.#checksum?.fresh();
    wanted?.add(bytesIn(last.data));
    if (wanted) await this.#compareIdentity(row);
    if (this.#closed) throw flowClosed();
    const extent = { rows: [row, row + 1] as const, columns: this.#columns, ...(signal ? { signal } : {}) };
    const feed = this.#again = openFeed(this.#source, this.#kernels, extent);
    try {
      for (let chunk = await feed.next(); chunk; chunk = await feed.next()) {
        found?.add(bytesIn(chunk.data));
        yield chunk;
      }
    } finally {
      this.#again = undefined;
      await feed.close();
    }
    if (wanted && !found!.equals(wanted)) {
      throw new SourceChangedError(
        `Cannot trust row ${row} of ${specText(this.#source.spec)}: its two reads differ; it was written to in between`,
      );
    }
  }

  async #compareIdentity(row: number): Promise<void> {
    const now = await this.#source.identity?.();
    if (now === this.#identity) return;
    throw new SourceChangedError(
      `Cannot read row ${row} of ${
        specText(this.#source.spec)
      } again: the source was ${this.#identity}, it is now ${now}`,
    );
  }

  /** Gives the second read and the spill back. */
  async close(reason?: unknown): Promise<void> {
    this.#closed = true;
    this.#room = undefined;
    const store = this.#store;
    this.#store = undefined;
    try {
      await this.#again?.close(reason);
    } finally {
      await store?.close();
    }
  }
}

function bytesIn(data: LogitArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The part of a chunk that lies in the row still open at its end. */
function openPart(chunk: Chunk, columns: readonly [number, number]): Chunk | undefined {
  const { row, id } = positionAfter({ row: chunk.row, id: chunk.start }, chunk.data.length, columns);
  return id === columns[0] ? undefined : partOf(chunk, row, columns);
}

/** The part of a chunk that lies in a row. */
function partOf(chunk: Chunk, row: number, [from, to]: readonly [number, number]): Chunk {
  const width = to - from;
  const before = row === chunk.row ? 0 : to - chunk.start + (row - chunk.row - 1) * width;
  const start = row === chunk.row ? chunk.start : from;
  const data = chunk.data.subarray(before, before + to - start);
  return { shape: chunk.shape, data, row, start };
}
