import { optionsOf, type Reducers, type Row, StateFormatError } from "../core/mod.ts";
import { checkState } from "./_check_state.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { rowOf } from "./_row_of.ts";
import type { RowState } from "./row_state.ts";

/** Options of {@linkcode finishState}. */
export interface FinishStateOptions {
  /** Gives the results of the covered ids even if they are not the whole row; the row is then marked `partial`. */
  readonly partial?: boolean;
}

/**
 * The results of a state. Changes nothing: it may be called again, and the state merged further.
 *
 * @example A part, on request
 * ```ts
 * import { finishState, fromArray, maximum, reduceStates } from "@sluice/sluice";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const reducers = { best: maximum() };
 * const [state] = await Array.fromAsync(reduceStates(fromArray([1, 5, 3]), reducers, { columns: [0, 2] }));
 * assertThrows(() => finishState(state, reducers), SyntaxError, "ids 2 to 2 are missing");
 * assertEquals(finishState(state, reducers, { partial: true }).best.id, 1);
 * ```
 *
 * @param state What to finish.
 * @param reducers The reducers it was made with: their specs must agree.
 * @param options Whether a part will do.
 * @returns The row.
 * @throws {ParameterError} If that is no state, or these are no reducers.
 * @throws {StateFormatError} If ids are missing (`E_SHARD_GAP`) or the reducers are others (`E_MERGE_MISMATCH`).
 */
export function finishState<T extends Reducers>(
  state: RowState,
  reducers: T,
  options: FinishStateOptions = {},
): Row<T> {
  const { partial = false } = optionsOf("finishState", options, ["partial"]);
  checkState("finish", state);
  const wanted = new ReducerSet(reducers, state.set.streams).text;
  if (wanted !== state.set.text) {
    const hint = wanted.includes("sampler(")
      ? "; a sampler that has drawn or accepted since is another: keep a clone"
      : "";
    throw new StateFormatError(
      `Cannot finish the state of row ${state.row}: it is of ${state.set.text}, wanted ${wanted}${hint}`,
      "E_MERGE_MISMATCH",
    );
  }
  state.set.requireCurrent(`finish the state of row ${state.row}`);
  if (!partial) checkWhole(state);
  const { facts, results } = state.finish();
  return rowOf<T>(state.set, facts, results, 1);
}

function checkWhole(state: RowState): void {
  let next = 0;
  for (const [from, to] of [...state.covered, [state.vocabulary, state.vocabulary]]) {
    if (from > next) {
      throw new StateFormatError(
        `Cannot finish the state of row ${state.row}: ids ${next} to ${from - 1} are missing of ${state.vocabulary}; ` +
          "merge their part, or ask for a partial result",
        "E_SHARD_GAP",
      );
    }
    next = to;
  }
}
