import { type Reducer, type Reducers, type Spec, StateFormatError } from "../core/mod.ts";
import { stateBody } from "../row/inside.ts";
import { loadState, type RowState } from "../row/mod.ts";
import { fromSpec } from "./from_spec.ts";

/** A state, and the reducers that finish it. */
export interface OpenedState {
  /** The state. */
  readonly state: RowState;
  /** What it was made with, for `finishState`. */
  readonly reducers: Reducers;
}

/**
 * A saved state without its reducers at hand: they are made again from the specs that were saved with it, `saveState(state, { specs: true })`.
 *
 * @example A state that says itself what it is of
 * ```ts
 * import { openState } from "@sluice/sluice/catalogue";
 * import { finishState, fromArray, reduceStates, saveState, topK } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const [made] = await Array.fromAsync(reduceStates(fromArray([1, 3, 2]), { top: topK(2) }));
 * const { state, reducers } = openState(saveState(made, { specs: true }));
 * const { top } = finishState(state, reducers);
 * assertEquals((top as { id: number }[]).map(({ id }) => id), [1, 2]);
 * ```
 *
 * @param bytes What `saveState` gave.
 * @returns The state and its reducers.
 * @throws {StateFormatError} If the bytes are damaged, foreign, or without specs.
 * @throws {ParameterError} If these are no bytes, or a reducer has no name here: register it first.
 */
export function openState(bytes: Uint8Array): OpenedState {
  const { specs } = stateBody(bytes);
  if (!Array.isArray(specs)) {
    throw new StateFormatError(
      "Cannot open the state: it has no specs; save it with { specs: true }, or use loadState",
    );
  }
  const reducers = Object.fromEntries(specs.map((one) => {
    const { name, spec } = Object(one) as { readonly name: unknown; readonly spec: Spec };
    if (typeof name !== "string") throw new StateFormatError("Cannot open the state: its specs are not all named");
    return [name, fromSpec<Reducer<unknown>>(spec)];
  }));
  return { state: loadState(bytes, reducers), reducers };
}
