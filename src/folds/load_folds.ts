import { type Folds, shown, StateFormatError, wholeFault } from "../core/mod.ts";
import { stateBody, stateKindFault } from "../row/inside.ts";
import { digestOf } from "./_digest_of.ts";
import { FoldState } from "./fold_state.ts";

/**
 * A state of folds from the bytes of `saveFolds`. Damaged bytes, other versions and other folds are refused: never a wrong number. So is
 * what no state of these folds can hold, whoever wrote it.
 *
 * @example Damaged bytes and other folds are refused
 * ```ts
 * import { FoldState, loadFolds, mean, saveFolds } from "@sluice/sluice/folds";
 * import { assertThrows } from "@std/assert";
 *
 * const bytes = saveFolds(new FoldState({ x: mean("x") }));
 * assertThrows(() => loadFolds(bytes, { x: mean("y") }), SyntaxError, "wanted x: mean");
 * bytes[20] ^= 1;
 * assertThrows(() => loadFolds(bytes, { x: mean("x") }), SyntaxError, "damaged");
 * ```
 *
 * @param bytes What `saveFolds` gave.
 * @param folds The folds that the state was made with, by the same names.
 * @returns The state.
 * @throws {ParameterError} If these are no bytes or no folds.
 * @throws {StateFormatError} If the bytes are damaged or foreign (`E_STATE_FORMAT`) or of other folds (`E_MERGE_MISMATCH`).
 */
export function loadFolds<T extends Folds>(bytes: Uint8Array, folds: T): FoldState<T> {
  const body = stateBody(bytes), empty = new FoldState(folds);
  if (body.folds !== digestOf(empty)) {
    const found = body.folds === undefined ? "a row" : `folds with the digest ${shown(body.folds)}`;
    throw new StateFormatError(`Cannot load the state: it is of ${found}, wanted ${empty.text}`, "E_MERGE_MISMATCH");
  }
  const { items, states } = body as { items: number; states: object[] };
  refuse(wholeFault("items", items, 0, Number.MAX_SAFE_INTEGER));
  const names = Object.keys(folds);
  if (!Array.isArray(states) || states.length !== names.length) refuse(`states is ${shown(states)}, wanted one a fold`);
  names.forEach((name, i) => {
    const fault = faultOf(folds, name, states[i]);
    refuse(fault && `in fold "${name}", ${fault}`);
  });
  return new FoldState(folds, { items, states });
}

/** What a fold says of a state; whatever it throws is a word about the state as well. */
function faultOf(folds: Folds, name: string, state: object): string | undefined {
  try {
    return stateKindFault(state, folds[name].init()) ?? folds[name].validate?.(state);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function refuse(fault: string | undefined): void {
  if (fault) throw new StateFormatError(`Cannot load the state: ${fault}`);
}
