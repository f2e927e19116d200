import { type Logits, optionsOf, type Reducers } from "../core/mod.ts";
import { RowState } from "../row/inside.ts";
import { chainText } from "./_chain_text.ts";
import { Flow, flowStream } from "./_flow.ts";
import { reducersFor } from "./_reducers_for.ts";
import { areAligned } from "./_reduction_of.ts";
import type { FlowOptions } from "./flow_options.ts";
import type { Aligned } from "./aligned.ts";

/** Options of {@linkcode reduceStates}. */
export interface ReduceStatesOptions extends Omit<FlowOptions, "onInvalid" | "rowCache" | "spill"> {
  /** The ids of each row to read, `[from, to)`: one shard of the vocabulary, cut anywhere. All when absent. */
  readonly columns?: readonly [number, number];
}

/**
 * Reduces a part of each row to its state instead of its results: to be saved, sent, and merged with the states of the other
 * parts. Merged in any order, the parts give the bits of one read of the whole.
 *
 * Gives: one {@linkcode RowState} a row. Cost: as `reduce`; one read, always: a state cannot read its row again.
 *
 * @example Two machines, each with a part of the vocabulary
 * ```ts
 * import { finishState, fromArray, logSumExp, mergeStates, reduceRow, reduceStates } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from({ length: 3000 }, (_, id) => Math.sin(id));
 * const reducers = { lse: logSumExp() };
 * const [left] = await Array.fromAsync(reduceStates(fromArray(row), reducers, { columns: [0, 777] }));
 * const [right] = await Array.fromAsync(reduceStates(fromArray(row), reducers, { columns: [777, 3000] }));
 * assertEquals(finishState(mergeStates([right, left]), reducers).lse, reduceRow(row, reducers).lse);
 * ```
 *
 * @param logits What to read; or several streams, as `zip` makes them.
 * @param reducers What to compute, by name.
 * @param options Rows, columns, backend, an abort signal.
 * @returns The states, a row each.
 * @throws {RangeError} If these are no logits or no reducers, or an option, or an id or k of a reducer, does not fit; before any read.
 */
export function reduceStates(
  logits: Logits | Aligned,
  reducers: Reducers,
  options: ReduceStatesOptions = {},
): ReadableStream<RowState> {
  optionsOf("reduceStates", options, ["rows", "columns", "backend", "reads", "signal"]);
  if (areAligned(logits)) return logits.states(reducers, options);
  const set = reducersFor("reduce", logits, reducers);
  const flow = new Flow(logits, options, false);
  const { vocabulary } = logits.shape;
  const operators = chainText(logits.spec, logits.source?.shape.dtype ?? logits.shape.dtype);
  let state: RowState | undefined;
  return flowStream(flow, options.signal, async (controller) => {
    for (let done = 0; done === 0;) {
      const chunk = await flow.next();
      if (!chunk) return false;
      flow.staging.pass(chunk, flow.columns, 0, (run) => {
        if (run.start === flow.columns[0]) {
          state = new RowState(set, flow.kernels, run.row, vocabulary, undefined, operators);
        }
        state!.extend(run);
        if (run.start + run.count < flow.columns[1]) return true;
        controller.enqueue(state!);
        done++;
        return true;
      }, { undivided: true });
    }
    return true;
  });
}
