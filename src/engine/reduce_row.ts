import type { Backend } from "../../kernels/mod.ts";
import { checkWhole, optionsOf, type Reducers, type Row, ShapeError, shown } from "../core/mod.ts";
import { checkFlowOptions, invalidRow, isInvalid } from "./_flow.ts";
import { kernelsFor } from "./_kernels_for.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { rowOf } from "./_row_of.ts";
import { askingSet, nextAsking } from "./_second_read.ts";
import { Stage } from "./_stage.ts";
import { RowState } from "./row_state.ts";

/** Options of {@linkcode reduceRow}. */
export interface ReduceRowOptions {
  /** The arithmetic; the fastest that runs here when absent. */
  readonly backend?: Backend;
  /** What a row with NaN, +Infinity or no allowed token does. */
  readonly onInvalid?: "report" | "throw";
  /** The row's number, for reducers that depend on it; 0 when absent. */
  readonly index?: number;
}

/**
 * Reduces one row that is in memory, synchronously: a decode loop's door. The same bits as `reduce` over any stream of it.
 *
 * Cost: that of the sweep and one copy, and about half a microsecond. A second read, where a reducer asks for it, is free to have.
 *
 * @example A row in memory, without a stream
 * ```ts
 * import { logSumExp, maximum, reduceRow } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const row = reduceRow(Float32Array.of(1, 4, 2), { lse: logSumExp(), best: maximum() });
 * assertEquals(row.best.id, 1);
 * ```
 *
 * @param values The logits.
 * @param reducers What to compute, by name.
 * @param options Backend, invalid rows.
 * @returns The results.
 * @throws {ShapeError} If there are no logits, or their memory was transferred away.
 * @throws {RangeError} If these are no reducers, or an option, or an id or k of a reducer, does not fit.
 * @throws {InvalidLogitError} Under `onInvalid: "throw"`, for a row with NaN, +Infinity or no allowed token.
 * @throws {BackendUnavailableError} If the backend was named and does not work here.
 */
export function reduceRow<T extends Reducers>(
  values: Float32Array | Float64Array,
  reducers: T,
  options: ReduceRowOptions = {},
): Row<T> {
  checkRow(values);
  const { index = 0, backend, onInvalid } = optionsOf("reduceRow", options, ROW_OPTIONS);
  if (index !== 0) checkWhole("index", index, 0);
  checkFlowOptions(options);
  const set = setOf(reducers);
  const work = new RowWork(values, index, backend);
  set.check({ vocabulary: values.length, rows: undefined, dtype: work.dtype });
  const { facts, results, fold } = work.read(set);
  if (onInvalid === "throw" && isInvalid(facts)) throw invalidRow(facts);
  let asking = set.maySecond && !isInvalid(facts) ? fold.seconds(facts) : [];
  let reads = 1;
  for (; asking.length > 0; reads++) {
    const again = work.read(askingSet(asking.map(([, reducer]) => reducer)));
    asking = nextAsking(asking.map(([position]) => position), again, results);
  }
  return rowOf<T>(set, facts, results, reads);
}

const ROW_OPTIONS = ["backend", "onInvalid", "index"] as const;

function checkRow(values: Float32Array | Float64Array): void {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) {
    throw new ShapeError(
      `Cannot reduce the row: it is ${shown(values)}, wanted a Float32Array or a Float64Array`,
      "E_DTYPE",
    );
  }
  if ((values.buffer as ArrayBuffer).detached) {
    throw new ShapeError("Cannot reduce the row: its memory was transferred away; pass a copy", "E_DETACHED");
  }
  if (values.length === 0) {
    throw new ShapeError("Cannot reduce the row: it has no logits, wanted at least 1", "E_EMPTY");
  }
}

/** A decode loop passes the same object of reducers for each token. */
const sets = new WeakMap<Reducers, ReducerSet>();

function setOf(reducers: Reducers): ReducerSet {
  const known = sets.get(reducers);
  if (known?.isOf(reducers)) return known;
  const set = new ReducerSet(reducers);
  sets.set(reducers, set);
  return set;
}

/** One row in memory, to be read once or twice. */
class RowWork {
  readonly dtype: "f32" | "f64";
  readonly #values: Float32Array | Float64Array;
  readonly #index: number;
  readonly #backend: Backend | undefined;

  constructor(values: Float32Array | Float64Array, index: number, backend: Backend | undefined) {
    this.dtype = values instanceof Float64Array ? "f64" : "f32";
    this.#values = values;
    this.#index = index;
    this.#backend = backend;
  }

  read(set: ReducerSet): ReturnType<RowState["finish"]> {
    const vocabulary = this.#values.length;
    const kernels = kernelsFor(this.dtype, this.#backend);
    const state = new RowState(set, kernels, this.#index, vocabulary);
    const shape = { rows: 1, vocabulary, dtype: this.dtype };
    const chunk = { shape, data: this.#values, row: this.#index, start: 0 };
    for (const { at, count, start } of new Stage(kernels, []).runs(chunk, [0, vocabulary])) {
      state.extend(at, count, start);
    }
    return state.finish();
  }
}
