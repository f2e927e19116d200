import type { Kernels, RowStore } from "../../kernels/mod.ts";
import { checkRange, checkSignal, checkWhole, type Chunk, type Logits, ParameterError, shown } from "../core/mod.ts";
import { checkOnInvalid, kernelsFor, Staging } from "../row/inside.ts";
import { flowClosed } from "./_closed.ts";
import { type Feed, openFeed } from "./_feed.ts";
import { Replay } from "./_replay.ts";
import type { FlowOptions } from "./flow_options.ts";

/** The options of a flow. */
export const FLOW_OPTIONS = ["rows", "backend", "onInvalid", "reads", "rowCache", "spill", "signal"] as const;

/** Bytes of one row kept for a second read, unless told otherwise. */
export const ROW_CACHE: number = 8 * 2 ** 20;

/** One opened flow of chunks: where they come from, where they are staged, and how a row is had again. */
export class Flow {
  readonly kernels: Kernels;
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  readonly staging: Staging;
  readonly replay: Replay | undefined;
  readonly #logits: Logits;
  readonly #signal: AbortSignal | undefined;
  #feed: Feed | undefined;
  #store: RowStore | undefined;
  #closed: Promise<void> | undefined;

  /** Checks everything that can be checked before a read. `twice`: rows may be read a second time. */
  constructor(
    logits: Logits,
    options: FlowOptions & { readonly columns?: readonly [number, number] | undefined },
    twice: boolean,
  ) {
    checkFlowOptions(options);
    const { rows, columns } = checkRange(logits.shape, {
      ...(options.rows === undefined ? {} : { rows: options.rows }),
      ...(options.columns === undefined ? {} : { columns: options.columns }),
    });
    checkReads(readsOf(logits) * (twice ? 2 : 1), options.reads ?? 2);
    this.#logits = logits;
    this.#signal = options.signal;
    this.rows = rows;
    this.columns = columns;
    this.kernels = kernelsFor(logits.source?.shape.dtype ?? logits.shape.dtype, options.backend);
    this.staging = new Staging(this.kernels, logits.operators ?? []);
    if (twice) {
      const { spill, signal } = options;
      this.replay = new Replay(logits, this.kernels, columns, {
        rowCache: options.rowCache ?? ROW_CACHE,
        spill,
        signal,
      });
      this.replay.check();
    }
  }

  /** The next chunk; opens the source at the first call. */
  async next(): Promise<Chunk | undefined> {
    if (!this.#feed) {
      await this.replay?.start();
      if (this.#closed) throw flowClosed();
      this.#feed = this.#openFeed();
    }
    const chunk = await this.#feed.next();
    // Whatever is lent to a flow is somebody else's once it is closed.
    if (this.#closed) throw flowClosed();
    return chunk;
  }

  /** The row store, if it is this flow's already or can be had, and rows fit it. */
  lendStore(): RowStore | undefined {
    const { arena } = this.kernels;
    if (this.#store || this.#closed || this.#logits.shape.vocabulary > arena.storeLength) return this.#store;
    return this.#store = arena.lendStore(this);
  }

  /** Gives the row store back, if it has it. */
  giveStoreBack(): void {
    if (!this.#store) return;
    this.#store = undefined;
    this.kernels.arena.giveStoreBack(this);
  }

  /** A one-shot source that nobody has read from is still to be told that nobody will. */
  #unread(): Feed | undefined {
    if (this.#logits.replay !== "once") return undefined;
    try {
      return this.#openFeed();
    } catch {
      // It was opened before: whoever did that ends it.
      return undefined;
    }
  }

  #openFeed(): Feed {
    const { rows, columns } = this;
    return openFeed(this.#logits, this.kernels, { rows, columns, ...(this.#signal ? { signal: this.#signal } : {}) });
  }

  /** Gives everything back; later calls wait for the first. */
  close(reason?: unknown): Promise<void> {
    return this.#closed ??= this.#close(reason);
  }

  async #close(reason?: unknown): Promise<void> {
    this.giveStoreBack();
    try {
      await (this.#feed ?? this.#unread())?.close(reason);
    } finally {
      await this.replay?.close(reason);
    }
  }
}

/** How many reads of the origin one `open` costs. */
export function readsOf(logits: Logits): number {
  return logits.source?.reads ?? 1;
}

/** Refuses more reads of a row than the caller allows. */
export function checkReads(needed: number, allowed: number): void {
  if (needed <= allowed) return;
  throw new ParameterError(
    `Cannot run the flow: it may read a row ${needed} times, wanted at most ${allowed}; allow it with reads: ${needed}, or write ` +
      "what is between to a file",
  );
}

/** Refuses options of a flow that are out of range. */
export function checkFlowOptions({ rowCache, reads, onInvalid, spill, signal }: FlowOptions): void {
  checkSignal(signal);
  if (reads !== undefined) checkWhole("reads", reads, 1);
  if (rowCache !== undefined) checkWhole("rowCache", rowCache, 0);
  checkOnInvalid(onInvalid);
  if (spill !== undefined && typeof spill?.open !== "function") {
    throw new ParameterError(`Cannot use spill ${shown(spill)}: wanted one as fileSpill() gives it`);
  }
}

/**
 * A pull-driven stream over a flow: `pull` enqueues at least one value, or gives `false` at the end. The flow is closed
 * exactly once, whichever of end, error, cancel and abort comes first.
 */
export function flowStream<T>(
  flow: { close(reason?: unknown): Promise<void> },
  signal: AbortSignal | undefined,
  pull: (controller: ReadableStreamDefaultController<T>) => Promise<boolean>,
): ReadableStream<T> {
  let onAbort: (() => void) | undefined;
  const done = async (reason?: unknown) => {
    if (onAbort) signal?.removeEventListener("abort", onAbort);
    await flow.close(reason);
  };
  return new ReadableStream<T>({
    start(controller) {
      onAbort = () => {
        controller.error(signal!.reason);
        done(signal!.reason).catch(() => {});
      };
      if (signal?.aborted) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      try {
        if (await pull(controller)) return;
        await done();
        if (!signal?.aborted) controller.close();
      } catch (error) {
        await done(error).catch(() => {});
        throw error;
      }
    },
    cancel: done,
  }, { highWaterMark: 0 });
}
