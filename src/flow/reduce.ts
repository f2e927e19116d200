import { type Logits, optionsOf, type Reducers, type Row } from "../core/mod.ts";
import { rowOf } from "../row/inside.ts";
import { FLOW_OPTIONS, flowStream } from "./_flow.ts";
import { reductionOf } from "./_reduction_of.ts";
import type { FlowOptions } from "./flow_options.ts";
import type { Aligned } from "./aligned.ts";

/** Options of {@linkcode reduce}. */
export type ReduceOptions = FlowOptions;

/**
 * Reduces each row to the results of several reducers, in one read; a second read only if a reducer asks for it.
 * All reducers share one sweep over the logits: nothing is read, widened or exponentiated twice.
 *
 * Needs: nothing but the logits. Gives: one {@linkcode Row} a row, as soon as it is complete.
 * Bits: the same for any chunking of the source, whose option `chunk` says how much is read at a time; `rechunk` is passed over. Memory: one chunk in work, one read ahead, the reducers' states; plus up to
 * `rowCache` bytes where a second read is possible. Cost: see each reducer; log-sum-exp alone is about twice a plain read.
 *
 * @example Log-sum-exp, entropy and the top two in one pass
 * ```ts
 * import { entropy, fromArray, logSumExp, reduce, topK } from "@sluice/sluice";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const logits = fromArray(Float32Array.of(1.5, -0.75, 3.25, 0, 2, -2.5));
 * for await (const row of reduce(logits, { lse: logSumExp(), h: entropy(), top: topK(2) })) {
 *   assertAlmostEquals(row.lse, 3.66907301, 1e-6);
 *   assertAlmostEquals(row.h, 0.99768886, 1e-6);
 *   assertEquals(row.top.map(({ id }) => id), [2, 4]);
 * }
 * ```
 *
 * @param logits What to read; or several streams, as `zip` makes them.
 * @param reducers What to compute, by name.
 * @param options Rows, backend, what invalid rows do, limits, an abort signal.
 * @returns The rows. Cancelling it gives the source back. It fails with `InvalidLogitError` under `onInvalid: "throw"`, and where a
 * row is read again with `SourceExhaustedError` if it cannot be, `SourceChangedError` if the two reads differ.
 * @throws {RangeError} If these are no logits or no reducers, or an option, or an id or k of a reducer, does not fit; before any read.
 */
export function reduce<T extends Reducers>(
  logits: Logits | Aligned,
  reducers: T,
  options: ReduceOptions = {},
): ReadableStream<Row<T>> {
  optionsOf("reduce", options, FLOW_OPTIONS);
  const { set, flow, work } = reductionOf("reduce", logits, reducers, options);
  return flowStream<Row<T>>(
    flow,
    options.signal,
    (controller) =>
      work.pull({ take: (facts, results, reads) => controller.enqueue(rowOf<T>(set, facts, results, reads)) }),
  );
}
