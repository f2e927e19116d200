import type { Backend } from "../../kernels/mod.ts";
import { isDetached, optionsOf, ParameterError, ShapeError, shown } from "../core/mod.ts";
import { checkRow, kernelsFor, type Values } from "../row/inside.ts";
import { writeLogs, writeShares } from "./_write_row.ts";

/** Options of {@linkcode normalizeRow}. */
export interface NormalizeRowOptions<T extends Float32Array | Float64Array = Float32Array | Float64Array> {
  /** Where the results go: an array of the row's type, at least as long, which may be the row itself. A new one when absent. */
  readonly out?: T;
  /** Log-probabilities instead of probabilities. */
  readonly log?: boolean;
  /** The arithmetic; the fastest that runs here when absent. f64 rows always have the bits of the float64 reference. */
  readonly backend?: Backend;
}

/**
 * The softmax of one row in memory, `p = e^(x - max) / sum e^(x - max)`, or its logarithm `(x - max) - ln sum e^(x - max)`, synchronously:
 * a decode loop's door, beside `reduceRow`. The same bits as `normalize` over any stream of the row.
 *
 * Needs: a row in memory. Gives: as many results, of the same type. A row or an `out` that `lendRow` lends is worked on in place.
 *
 * Specials: -Infinity becomes 0 (-Infinity in logs); a row with NaN, +Infinity or no allowed token becomes NaN throughout.
 * Accuracy: probabilities 3e-6 relative above 1e-37 (smaller ones may be 0), logs 2e-6 + 2 ulp.
 * Cost: one exponential a logit: its weight waits for the sum in the library's memory, of rows up to 2 Mi logits (1 Mi in f64), else in
 * `out`. See the README for figures; a new array costs as much again in long rows, so give `out` where it can be used again.
 * Source: Dukhan and Ablavatski 2020, the two-pass softmax with the extended exponent, lifted from the logit to the tile and with reloading.
 *
 * @example Odds of one to three, then to four, into the same array
 * ```ts
 * import { normalizeRow } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const out = new Float32Array(2);
 * for (const odds of [3, 4]) {
 *   normalizeRow(Float32Array.of(0, Math.log(odds)), { out });
 *   assertAlmostEquals(out[1], odds / (1 + odds), 1e-6);
 * }
 * ```
 *
 * @example Log-probabilities in place of the logits
 * ```ts
 * import { normalizeRow } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const row = Float32Array.of(2, 2);
 * normalizeRow(row, { out: row, log: true });
 * assertAlmostEquals(row[0], -Math.LN2, 1e-6);
 * ```
 *
 * @param row The logits.
 * @param options Where to, logs, backend.
 * @returns `out`, or a new array. Of a longer `out` as many places are written as there are logits.
 * @throws {ShapeError} If the row or `out` is no array of floats or was transferred away, the row is empty, or `out` is not of the row's type, is
 * shorter than it, or overlaps it without being it.
 * @throws {ParameterError} If `log`, `backend`, or another option, does not fit.
 * @throws {BackendUnavailableError} If the backend was named and does not work here.
 */
export function normalizeRow<T extends Float32Array | Float64Array>(row: T, options: NormalizeRowOptions<T> = {}): T {
  const { out, log = false, backend } = optionsOf("normalizeRow", options, ["out", "log", "backend"]);
  if (typeof log !== "boolean") {
    throw new ParameterError(`Cannot use normalizeRow with log = ${shown(log)}: wanted true or false`);
  }
  checkRow("normalize the row", row);
  if (out !== undefined) checkOut(row, out);
  const kernels = kernelsFor(row instanceof Float64Array ? "f64" : "f32", backend);
  const results = out ?? newLike(row);
  if (log) writeLogs(kernels, row, results);
  else writeShares(kernels, row, results);
  return results;
}

/** A new array of the same type and length. */
function newLike<T extends Float32Array | Float64Array>(row: T): T {
  return (row instanceof Float64Array ? new Float64Array(row.length) : new Float32Array(row.length)) as T;
}

/** Refuses what cannot take the results of a row. */
function checkOut(row: Values, out: unknown): void {
  const what = "Cannot write the results of the row to out";
  const wanted = row instanceof Float64Array ? Float64Array : Float32Array;
  if (!(out instanceof wanted)) {
    throw new ShapeError(`${what}: it is ${shown(out)}, wanted a ${wanted.name}, as the row is one`, "E_DTYPE");
  }
  if (isDetached(out)) throw new ShapeError(`${what}: its memory was transferred away; pass another`, "E_DETACHED");
  if (out.length < row.length) {
    throw new ShapeError(`${what}: it has ${out.length} places, wanted at least the row's ${row.length}`);
  }
  const apart = out.byteOffset - row.byteOffset;
  if (out.buffer !== row.buffer || apart === 0 || apart >= row.byteLength || -apart >= out.byteLength) return;
  throw new ShapeError(`${what}: it overlaps the row; pass the row itself, or memory of its own`);
}
