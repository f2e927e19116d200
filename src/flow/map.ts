import {
  checkLogits,
  checkRange,
  type Chunk,
  define,
  type Logits,
  logitsFrom,
  optionsOf,
  ParameterError,
  type Range,
  type RowFacts,
  type RowMap,
  type Shape,
  shown,
} from "../core/mod.ts";
import {
  type InvalidAs,
  invalidRow,
  isInvalid,
  KeptLogits,
  type KeptRow,
  KeptWeights,
  mapRun,
  ReducerSet,
  RowState,
  type Values,
} from "../row/inside.ts";
import { checkMap } from "./_check_map.ts";
import { ChunkPool } from "./_chunk_pool.ts";
import { checkFlowOptions, Flow, flowStream, readsOf } from "./_flow.ts";
import type { FlowOptions } from "./flow_options.ts";

/** Options of {@linkcode map}. */
export interface MapOptions extends Omit<FlowOptions, "rows" | "onInvalid" | "signal"> {
  /**
   * What a row with NaN, +Infinity or no allowed token becomes: NaN throughout (`"nan"`, the default), zeros (`"zero"`),
   * or an error that ends the flow (`"throw"`). It keeps its shape.
   */
  readonly onInvalid?: "nan" | "zero" | "throw";
}

/**
 * Maps each row with knowledge of the whole row: lazily, in at most two reads a row. A row that fits the row store of the arena (8 MiB) is
 * kept there and read once; where it does not fit, or another flow has the store, the second read comes from the chunk in hand,
 * from the row cache, by opening the source again at that row, or from a spill.
 *
 * Needs: a source that can be read twice, or rows that fit the row cache, or a spill. Gives: f32 logits of the same shape
 * (f64 for f64). Bits: the same for any chunking, kept or read again. Cost: a read and a write of each logit, and a second read where it must be.
 *
 * @example Distance from the largest logit
 * ```ts
 * import { fromArray, map, type RowMap } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const gap: RowMap = {
 *   spec: { name: "gap", params: {}, inputs: [] },
 *   needs: "maximum",
 *   emit: ({ values }, out, row) => values.forEach((x, i) => out[i] = row.maximum - x),
 * };
 * const [chunk] = await Array.fromAsync(map(fromArray([1, 4, 2]), gap).open());
 * assertEquals([...chunk.data], [3, 0, 2]);
 * ```
 *
 * @param logits What to read.
 * @param rowMap What to compute.
 * @param options Backend, invalid rows, limits.
 * @returns Logits again: open them, pipe operators onto them, reduce them. Opened, they fail with `InvalidLogitError` under
 * `onInvalid: "throw"`, `SourceExhaustedError` if a row cannot be read again, `SourceChangedError` if its two reads differ.
 * @throws {ParameterError} If these are no logits or no map, or an option does not fit.
 */
export function map(logits: Logits, rowMap: RowMap, options: MapOptions = {}): Logits {
  const { onInvalid = "nan", ...limits } = optionsOf("map", options, MAP_OPTIONS);
  if (!["nan", "zero", "throw"].includes(onInvalid)) {
    throw new ParameterError(`Cannot use onInvalid ${shown(onInvalid)}: wanted "nan", "zero" or "throw"`);
  }
  checkFlowOptions(limits);
  checkLogits("map", logits);
  checkMap(rowMap);
  const { dtype } = logits.shape;
  const shape: Shape = Object.freeze({ ...logits.shape, dtype: dtype === "f64" ? "f64" : "f32" });
  const pool = new ChunkPool(dtype === "f64");
  return logitsFrom({
    shape,
    replay: logits.replay,
    spec: {
      name: "map",
      params: onInvalid === "nan" ? {} : { onInvalid },
      inputs: [logits.spec, rowMap.spec],
    },
    axes: logits.axes,
    reads: 2 * readsOf(logits),
    open: (range) => openMap(logits, rowMap, { ...options, onInvalid }, shape, pool, range),
  });
}

/** Its row of the catalogue: the logits and the map are what it is built on. */
export const mapDefinition = /* @__PURE__ */ define({
  name: "map",
  kind: "source",
  help: "logits made of others, row by row",
  inputs: ["logits", "map"],
  options: {
    onInvalid: {
      type: "choice",
      words: ["nan", "zero", "throw"],
      default: "nan",
      help: "what a row with NaN, +Infinity or no allowed token becomes",
    },
  },
  make: ({ onInvalid }, _spec, { inputs: [logits, rowMap] }): Logits =>
    map(logits as Logits, rowMap as RowMap, { onInvalid }),
});

/** The options of a map. */
const MAP_OPTIONS = ["backend", "onInvalid", "reads", "rowCache", "spill"] as const;

function openMap(
  logits: Logits,
  rowMap: RowMap,
  options: MapOptions & { readonly onInvalid: "nan" | "zero" | "throw" },
  shape: Shape,
  pool: ChunkPool,
  range: Range = {},
): ReadableStream<Chunk> {
  const { rows, columns } = checkRange(logits.shape, range);
  const { onInvalid, ...limits } = options;
  const flow = new Flow(logits, { ...limits, rows, ...(range.signal ? { signal: range.signal } : {}) }, true);
  const work = new MapWork(flow, rowMap, onInvalid, shape, columns, range.reuse ? pool : undefined);
  return flowStream(flow, range.signal, (controller) => work.pull(controller));
}

/** The loop: chunks in, mapped chunks out. */
class MapWork {
  readonly #state: RowState;
  readonly #weights: KeptWeights | undefined;
  /** The row that is under way, where the row store has it. */
  #kept: KeptRow | undefined;
  /** The row that was begun last. */
  #row = -1;
  /** Where the chunks of that row began, but for its first. */
  #cuts: number[] = [];
  /** Rows read to their end whose output is under way, a chunk each. */
  #rest: AsyncGenerator<Chunk> | undefined;

  constructor(
    readonly flow: Flow,
    readonly rowMap: RowMap,
    readonly onInvalid: "nan" | "zero" | "throw",
    readonly shape: Shape,
    readonly columns: readonly [number, number],
    readonly pool: ChunkPool | undefined,
  ) {
    const { spec, needs } = rowMap;
    const level = { spec, needs, init: () => null, step() {}, stepBlock() {}, merge() {}, finish: () => null };
    this.#state = new RowState(new ReducerSet({ level }), flow.kernels, -1, shape.vocabulary);
    if (rowMap.share) this.#weights = new KeptWeights(flow.kernels, shape.vocabulary);
  }

  /** Emits one chunk; `false` at the end. */
  async pull(controller: ReadableStreamDefaultController<Chunk>): Promise<boolean> {
    this.#rest ??= this.#chunks();
    const { value, done } = await this.#rest.next();
    if (done) return false;
    controller.enqueue(value);
    return true;
  }

  async *#chunks(): AsyncGenerator<Chunk> {
    for (let chunk = await this.flow.next(); chunk; chunk = await this.flow.next()) {
      for (let offset = 0; offset < chunk.data.length;) {
        const { batch, waiting, end } = this.#pass(chunk, offset);
        if (batch) yield this.#chunk(batch.data, batch.row, 0);
        if (waiting) yield* this.#emitted(waiting, chunk);
        offset = end;
      }
      if (this.#kept) await this.flow.replay!.forget();
      else {
        this.flow.giveStoreBack();
        await this.flow.replay!.keep(chunk);
      }
    }
  }

  #emitted(facts: RowFacts, current: Chunk): AsyncGenerator<Chunk> | Generator<Chunk> {
    if (this.#isRefused(facts)) throw invalidRow(facts);
    return this.#kept ? this.#emitKept(this.#kept, facts) : this.#emit(facts, current);
  }

  /** Begins a row, if it is not begun, whose first `count` logits are to be had at once. */
  #begin(row: number, count: number): void {
    if (row === this.#row) return;
    this.#row = row;
    this.#cuts = [];
    this.#state.reset(row, 0);
    this.#kept = this.#keptRow(row, count);
  }

  /** The row in the row store: not where that is lent to others, the row is too long for it, or need not wait. */
  #keptRow(row: number, count: number): KeptRow | undefined {
    const store = this.#weights || count < this.shape.vocabulary ? this.flow.lendStore() : undefined;
    if (!store) return undefined;
    return this.#weights?.begin(row, store) ?? new KeptLogits(this.rowMap, this.#state, store);
  }

  /** Reads a chunk, and maps the rows that are whole in the arena, up to one that is not. */
  #pass(
    chunk: Chunk,
    offset: number,
  ): { readonly batch: Batch | undefined; readonly waiting: RowFacts | undefined; readonly end: number } {
    const { kernels, columns, staging } = this.flow;
    let batch: Batch | undefined, waiting: RowFacts | undefined;
    const end = staging.pass(chunk, columns, offset, (run) => {
      if (run.start === 0) this.#begin(run.row, run.count);
      else if (run.offset === 0) this.#cuts.push(run.start);
      const kept = this.#kept;
      (kept ?? this.#state).extend(run);
      if (run.start + run.count < this.shape.vocabulary) return true;
      const facts = kept ? kept.facts() : this.#state.finish().facts[0];
      if (run.start > 0 || !this.#everyId || this.#isRefused(facts)) {
        waiting = facts;
        return false;
      }
      batch ??= new Batch(this.#values(chunk.data.length - run.offset), run.row);
      const out = batch.take(run.count);
      if (kept) kept.write(0, facts, this.#invalidAs, out);
      else mapRun(kernels, this.rowMap, run, facts, this.#invalidAs, out);
      this.#kept = undefined;
      return true;
    }, {
      place: (row, start, size) => {
        if (start === 0) this.#begin(row, size);
        return this.#kept?.place(start);
      },
      undivided: this.#weights !== undefined,
    });
    return { batch, waiting, end };
  }

  #isRefused(facts: RowFacts): boolean {
    return this.onInvalid === "throw" && isInvalid(facts);
  }

  get #invalidAs(): InvalidAs {
    return this.onInvalid === "zero" ? "zero" : "nan";
  }

  get #everyId(): boolean {
    return this.columns[0] === 0 && this.columns[1] === this.shape.vocabulary;
  }

  #values(count: number): Values {
    if (this.pool) return this.pool.take(count);
    return this.shape.dtype === "f64" ? new Float64Array(count) : new Float32Array(count);
  }

  #chunk(data: Values, row: number, start: number): Chunk {
    return this.pool?.chunk(this.shape, data, row, start) ?? { shape: this.shape, data, row, start };
  }

  /** A row from the row store, cut as it came, so that nobody can tell. */
  *#emitKept(kept: KeptRow, facts: RowFacts): Generator<Chunk> {
    let start = this.columns[0];
    for (const cut of [...this.#cuts, this.shape.vocabulary]) {
      const end = Math.min(cut, this.columns[1]);
      if (end <= start) continue;
      const data = this.#values(end - start);
      kept.write(start, facts, this.#invalidAs, data);
      yield this.#chunk(data, facts.index, start);
      start = end;
    }
    this.#kept = undefined;
  }

  /** The second read of a row that is not whole in the arena. */
  async *#emit(facts: RowFacts, current: Chunk): AsyncGenerator<Chunk> {
    const { kernels, columns, replay, staging } = this.flow;
    for await (const chunk of replay!.chunks(facts.index, current)) {
      const out = this.#values(chunk.data.length);
      staging.pass(chunk, columns, 0, (run) => {
        const to = out.subarray(run.offset, run.offset + run.count);
        mapRun(kernels, this.rowMap, run, facts, this.#invalidAs, to);
        return true;
      });
      const from = Math.max(this.columns[0] - chunk.start, 0);
      const to = Math.min(this.columns[1] - chunk.start, out.length);
      if (from < to) {
        yield this.#chunk(out.subarray(from, to), facts.index, chunk.start + from);
      }
    }
  }
}

/** Whole rows of one chunk, mapped while they are in the arena: short rows must not cost a stream hop each. */
class Batch {
  #length = 0;
  readonly #room: Values;

  constructor(room: Values, readonly row: number) {
    this.#room = room;
  }

  /** Where the next `count` results go. */
  take(count: number): Values {
    this.#length += count;
    return this.#room.subarray(this.#length - count, this.#length);
  }

  /** All results. */
  get data(): Values {
    return this.#room.subarray(0, this.#length);
  }
}
