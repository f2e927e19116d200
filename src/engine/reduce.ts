import type { Chunk, Logits, Reducers, Row, RowFacts } from "../core/mod.ts";
import { Flow, flowStream, invalidRow, isInvalid } from "./_flow.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { rowOf } from "./_row_of.ts";
import { secondRead } from "./_second_read.ts";
import type { FlowOptions } from "./flow_options.ts";
import { RowState } from "./row_state.ts";

/** Options of {@linkcode reduce}. */
export type ReduceOptions = FlowOptions;

/**
 * Reduces each row to the results of several reducers, in one read; a second read only if a reducer asks for it.
 * All reducers share one sweep over the logits: nothing is read, widened or exponentiated twice.
 *
 * Needs: nothing but the logits. Gives: one {@linkcode Row} a row, as soon as it is complete.
 * Bits: the same for any chunking of the source. Memory: one chunk in work, one read ahead, the reducers' states; plus up to
 * `rowCache` bytes where a second read is possible. Cost: see each reducer; log-sum-exp alone is about twice a plain read.
 *
 * @example
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
 * @param logits What to read.
 * @param reducers What to compute, by name.
 * @param options Rows, backend, what invalid rows do, limits, an abort signal.
 * @returns The rows. Cancelling it gives the source back.
 * @throws {RangeError} If an option, or an id or k of a reducer, does not fit; before any read.
 */
export function reduce<T extends Reducers>(
  logits: Logits,
  reducers: T,
  options: ReduceOptions = {},
): ReadableStream<Row<T>> {
  const set = new ReducerSet(reducers);
  set.check(logits.shape);
  const flow = new Flow(logits, options, set.maySecond);
  const work = new ReduceWork<T>(set, flow, logits, options);
  return flowStream(flow, options.signal, (controller) => work.pull(controller));
}

/** The loop: chunks in, rows out. */
class ReduceWork<T extends Reducers> {
  readonly #state: RowState;

  constructor(
    readonly set: ReducerSet,
    readonly flow: Flow,
    readonly logits: Logits,
    readonly options: ReduceOptions,
  ) {
    this.#state = new RowState(set, flow.kernels, -1, logits.shape.vocabulary);
  }

  /** Reads until at least one row is done; `false` at the end. */
  async pull(controller: ReadableStreamDefaultController<Row<T>>): Promise<boolean> {
    for (let done = 0; done === 0;) {
      const chunk = await this.flow.next();
      if (!chunk) return false;
      for (const { at, count, row, start } of this.flow.stage.runs(chunk, this.flow.columns)) {
        if (start === this.flow.columns[0]) this.#state.reset(row);
        this.#state.extend(at, count, start);
        if (start + count < this.flow.columns[1]) continue;
        const result = this.set.maySecond ? await this.#twice(row, chunk) : this.#once();
        controller.enqueue(result);
        done++;
      }
      await this.flow.replay?.keep(chunk);
    }
    return true;
  }

  #once(): Row<T> {
    const { facts, results } = this.#state.finish();
    this.#refuse(facts);
    return rowOf<T>(this.set, facts, results, 1);
  }

  async #twice(row: number, chunk: Chunk): Promise<Row<T>> {
    const { facts, results, fold } = this.#state.finish();
    this.#refuse(facts);
    const seconds = isInvalid(facts) ? [] : fold.seconds(facts);
    if (seconds.length === 0) return rowOf<T>(this.set, facts, results, 1);
    const more = await secondRead(this.flow, this.logits, seconds.map(([, reducer]) => reducer), row, chunk);
    seconds.forEach(([position], i) => results[position] = more[i]);
    return rowOf<T>(this.set, facts, results, 2);
  }

  #refuse(facts: RowFacts): void {
    if (this.options.onInvalid === "throw" && isInvalid(facts)) throw invalidRow(facts);
  }
}
