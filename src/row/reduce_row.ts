import { type Backend, type Kernels, LANES } from "../../kernels/mod.ts";
import { checkWhole, optionsOf, type Reducers, type Row, ShapeError } from "../core/mod.ts";
import { checkOnInvalid, requireValid } from "./_invalid_row.ts";
import { kernelsFor } from "./_kernels_for.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { rowOf } from "./_row_of.ts";
import { checkRow, eachRun } from "./_row_values.ts";
import type { Values } from "./_run.ts";
import { askingAfter, settle } from "./_second_read.ts";
import { type FinishedRow, RowState } from "./row_state.ts";

/** Options of {@linkcode reduceRow}. */
export interface ReduceRowOptions {
  /** The arithmetic; the fastest that runs here when absent. */
  readonly backend?: Backend;
  /** What a row with NaN, +Infinity or no allowed token does. */
  readonly onInvalid?: "report" | "throw";
  /** The row's number, for reducers that depend on it; 0 when absent. */
  readonly index?: number;
}

/** Aligned rows in memory, by the names of their streams. */
export type AlignedRows = Readonly<Record<string, Float32Array | Float64Array>>;

/**
 * Reduces one row that is in memory, synchronously: a decode loop's door. The same bits as `reduce` over any stream of it.
 *
 * Several aligned rows, say of two models, are given by name; a reducer says which of them it reads (`streams`), and its `step` gets a
 * segment of each. They have equal lengths, and all are f32 or all f64; there are at most 16.
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
 * @example The largest gap between two models
 * ```ts
 * import { type Reducer, reduceRow } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const gap: Reducer<number, { gap: number }> = {
 *   spec: { name: "gap", params: {}, inputs: [] },
 *   streams: ["large", "small"],
 *   init: () => ({ gap: -Infinity }),
 *   step(state, large, small) {
 *     large.values.forEach((x, i) => state.gap = Math.max(state.gap, x - small.values[i]));
 *   },
 *   merge: (into, { gap }) => into.gap = Math.max(into.gap, gap),
 *   finish: ({ gap }) => gap,
 * };
 * const row = reduceRow({ large: Float32Array.of(1, 4, 2), small: Float32Array.of(1, 1, 3) }, { gap });
 * assertEquals(row.gap, 3);
 * ```
 *
 * @param values The logits, or those of several aligned rows by name.
 * @param reducers What to compute, by name.
 * @param options Backend, invalid rows.
 * @returns The results.
 * @throws {ShapeError} If there are no logits, or their memory was transferred away; of aligned rows, if they are too many, or differ in length or dtype.
 * @throws {ParameterError} If a reducer does not fit the streams.
 * @throws {RangeError} If these are no reducers, or an option, or an id or k of a reducer, does not fit.
 * @throws {InvalidLogitError} Under `onInvalid: "throw"`, for a row with NaN, +Infinity or no allowed token.
 * @throws {BackendUnavailableError} If the backend was named and does not work here.
 */
export function reduceRow<T extends Reducers>(
  values: Float32Array | Float64Array | AlignedRows,
  reducers: T,
  options: ReduceRowOptions = {},
): Row<T> {
  const { index = 0, backend, onInvalid } = optionsOf("reduceRow", options, ROW_OPTIONS);
  if (index !== 0) checkWhole("index", index, 0);
  checkOnInvalid(onInvalid);
  const { rows, streams } = rowsOf(values);
  const prepared = preparedOf(reducers, streams), { set } = prepared;
  const dtype = rows[0] instanceof Float64Array ? "f64" : "f32";
  set.check({ vocabulary: rows[0].length, rows: undefined, dtype });
  const kernels = kernelsFor(dtype, backend);
  const state = begun(kernels, rows[0].length, index, prepared);
  const first = readRows(rows, state);
  const { facts, results } = first;
  if (onInvalid === "throw") requireValid(facts, streams);
  let reads = 1;
  for (let asking = set.maySecond ? askingAfter(first, streams) : undefined; asking; reads++) {
    const again = new RowState(asking.set, kernels, index, rows[0].length);
    asking = settle(asking, readRows(rows, again), results, streams);
  }
  // Only now: until here its reducers may be asked for more, and their own code may reduce another row by the same set.
  prepared.ended = state;
  return rowOf<T>(set, facts, results, reads);
}

const ROW_OPTIONS = ["backend", "onInvalid", "index"] as const;

/** Reducers, and the state of the last row of them, whose memory the next row of the same length takes over. */
interface Prepared {
  readonly set: ReducerSet;
  ended?: RowState | undefined;
}

function readRows(rows: readonly Values[], state: RowState): FinishedRow {
  try {
    eachRun(state.kernels, rows, state.row, (run) => state.extend(run));
    return state.finish();
  } finally {
    state.close();
  }
}

function begun(kernels: Kernels, vocabulary: number, index: number, prepared: Prepared): RowState {
  const { set, ended } = prepared;
  if (ended?.vocabulary !== vocabulary || ended.kernels !== kernels) {
    return new RowState(set, kernels, index, vocabulary);
  }
  prepared.ended = undefined;
  ended.reset(index, 0);
  return ended;
}

/** The rows as a list, with the names of their streams if they have any. */
function rowsOf(
  values: Values | AlignedRows,
): { readonly rows: readonly Values[]; readonly streams: readonly string[] | undefined } {
  if (!isAligned(values)) {
    checkRow("reduce the row", values);
    return { rows: [values], streams: undefined };
  }
  const streams = Object.keys(values), rows = Object.values(values);
  checkAligned(rows, streams);
  return { rows, streams };
}

function checkAligned(rows: readonly Values[], streams: readonly string[]): void {
  if (rows.length === 0) {
    throw new ShapeError("Cannot reduce aligned rows: there are none, wanted at least 1", "E_EMPTY");
  }
  if (rows.length > LANES) {
    throw new ShapeError(
      `Cannot reduce ${rows.length} aligned rows: wanted at most ${LANES}, a lane of the arena each; reduce them in groups`,
    );
  }
  rows.forEach((row, i) => checkRow(`reduce the row of stream "${streams[i]}"`, row));
  const odd = rows.findIndex((row) => row.length !== rows[0].length || row.constructor !== rows[0].constructor);
  if (odd < 0) return;
  const say = (i: number) => `"${streams[i]}" has ${rows[i].length} logits in a ${rows[i].constructor.name}`;
  throw new ShapeError(`Cannot reduce aligned rows: ${say(0)}, ${say(odd)}; wanted the same`);
}

/** Only a plain record has rows by name: anything else is taken for a row, and refused as one where it is none. */
function isAligned(values: Values | AlignedRows): values is AlignedRows {
  if (typeof values !== "object" || values === null) return false;
  const prototype = Object.getPrototypeOf(values);
  return prototype === Object.prototype || prototype === null;
}

/** A decode loop passes the same object of reducers for each token. */
const known = new WeakMap<Reducers, Prepared>();

function preparedOf(reducers: Reducers, streams: readonly string[] | undefined): Prepared {
  const before = known.get(reducers);
  if (before?.set.isOf(reducers) && isSame(before.set.streams, streams)) return before;
  const prepared = { set: new ReducerSet(reducers, streams) };
  known.set(reducers, prepared);
  return prepared;
}

function isSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a !== undefined && a.length === b?.length && a.every((name, i) => name === b[i]));
}
