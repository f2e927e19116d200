import { ParameterError, shown } from "../core/mod.ts";
import { RowState } from "./row_state.ts";

/** Refuses what is no state. */
export function checkState(verb: string, state: unknown): asserts state is RowState {
  if (state instanceof RowState) return;
  throw new ParameterError(`Cannot ${verb} ${shown(state)}: wanted a state, as reduceStates or loadState gives it`);
}
