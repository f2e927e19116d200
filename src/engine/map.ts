import { TILE, TILES } from "../../kernels/mod.ts";
import {
  bytesOf,
  checkRange,
  type Chunk,
  type Logits,
  logitsFrom,
  ParameterError,
  type Range,
  type RowFacts,
  type RowMap,
  type Shape,
} from "../core/mod.ts";
import { Flow, flowStream, invalidRow, isInvalid } from "./_flow.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { viewOf } from "./_row_fold.ts";
import type { FlowOptions } from "./flow_options.ts";
import { RowState } from "./row_state.ts";

/** Options of {@linkcode map}. */
export interface MapOptions extends Omit<FlowOptions, "rows" | "onInvalid" | "signal"> {
  /**
   * What a row with NaN, +Infinity or no allowed token becomes: NaN throughout (`"nan"`, the default), zeros (`"zero"`),
   * or an error that ends the flow (`"throw"`). It keeps its shape.
   */
  readonly onInvalid?: "nan" | "zero" | "throw";
}

/**
 * Maps each row with knowledge of the whole row: lazily, in two reads a row. The second read comes from the chunk in hand,
 * from the row cache, by opening the source again at that row, or from a spill.
 *
 * Needs: a source that can be read twice, or rows that fit the row cache, or a spill. Gives: f32 logits of the same shape
 * (f64 for f64). Bits: the same for any chunking. Cost: two reads and one write of each logit.
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
 * @returns Logits again: open them, pipe operators onto them, reduce them.
 * @throws {ParameterError} If an option does not fit.
 */
export function map(logits: Logits, rowMap: RowMap, options: MapOptions = {}): Logits {
  const { onInvalid = "nan" } = options;
  if (!["nan", "zero", "throw"].includes(onInvalid)) {
    throw new ParameterError(`Cannot use onInvalid "${onInvalid}": wanted "nan", "zero" or "throw"`);
  }
  const { dtype } = logits.shape;
  const shape: Shape = Object.freeze({ ...logits.shape, dtype: dtype === "f64" ? "f64" : "f32" });
  return logitsFrom({
    shape,
    replay: logits.replay,
    spec: { ...rowMap.spec, inputs: [logits.spec] },
    open: (range) => openMap(logits, rowMap, { ...options, onInvalid }, shape, range),
  });
}

function openMap(
  logits: Logits,
  rowMap: RowMap,
  options: MapOptions & { readonly onInvalid: "nan" | "zero" | "throw" },
  shape: Shape,
  range: Range = {},
): ReadableStream<Chunk> {
  const { rows, columns } = checkRange(logits.shape, range);
  const { onInvalid, ...limits } = options;
  const flow = new Flow(logits, { ...limits, rows, ...(range.signal ? { signal: range.signal } : {}) }, true);
  const work = new MapWork(flow, rowMap, onInvalid, shape, columns);
  return flowStream(flow, range.signal, (controller) => work.pull(controller));
}

/** The loop: chunks in, mapped chunks out. */
class MapWork {
  readonly #state: RowState;
  /** Rows read to their end whose output is under way, a chunk each. */
  #rest: AsyncGenerator<Chunk> | undefined;

  constructor(
    readonly flow: Flow,
    readonly rowMap: RowMap,
    readonly onInvalid: "nan" | "zero" | "throw",
    readonly shape: Shape,
    readonly columns: readonly [number, number],
  ) {
    const { spec, needs } = rowMap;
    const level = { spec, needs, init: () => null, step() {}, stepBlock() {}, merge() {}, finish: () => null };
    this.#state = new RowState(new ReducerSet({ level }), flow.kernels, -1, shape.vocabulary);
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
      for (const { at, count, row, start } of this.flow.stage.runs(chunk, this.flow.columns)) {
        if (start === 0) this.#state.reset(row);
        this.#state.extend(at, count, start);
        if (start + count === this.shape.vocabulary) yield* this.#emit(row, chunk, this.#state.finish().facts);
      }
      await this.flow.replay!.keep(chunk);
    }
  }

  /** The second read of one row. */
  async *#emit(row: number, current: Chunk, facts: RowFacts): AsyncGenerator<Chunk> {
    const invalid = isInvalid(facts);
    if (invalid && this.onInvalid === "throw") throw invalidRow(facts);
    const fill = invalid ? this.onInvalid === "zero" ? 0 : NaN : undefined;
    for await (const chunk of this.flow.replay!.chunks(row, current)) {
      const out = this.shape.dtype === "f64"
        ? new Float64Array(chunk.data.length)
        : new Float32Array(chunk.data.length);
      if (fill !== undefined) out.fill(fill);
      else this.#map(chunk, out, facts);
      const from = Math.max(this.columns[0] - chunk.start, 0);
      const to = Math.min(this.columns[1] - chunk.start, out.length);
      if (from >= to) continue;
      yield { shape: this.shape, data: out.subarray(from, to), row, start: chunk.start + from };
    }
  }

  #map(chunk: Chunk, out: Float32Array | Float64Array, facts: RowFacts): void {
    const { kernels, stage } = this.flow;
    const to = kernels.arena.mapped;
    for (const { at, count, row, start, offset } of stage.runs(chunk, this.flow.columns)) {
      const most = TILE * TILES;
      for (let done = 0; done < count; done += most) {
        const size = Math.min(most, count - done);
        const from = at + done * bytesOf(this.shape.dtype);
        const mapped = viewOf(kernels, to, size);
        if (this.rowMap.emitBlock) this.rowMap.emitBlock(kernels, from, size, to, facts);
        else this.rowMap.emit({ values: viewOf(kernels, from, size), row, start: start + done }, mapped, facts);
        out.set(mapped, offset + done);
      }
    }
  }
}
