import { LANES, loadKernels } from "../../kernels/mod.ts";
import { type Reducers, shown, StateFormatError } from "../core/mod.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { stateBody } from "./_state_body.ts";
import { stateContent } from "./_state_content.ts";
import { STATE_LAW } from "./_state_law.ts";
import { RowState } from "./row_state.ts";

/**
 * A state from the bytes of `saveState`. Damaged bytes, other versions and other reducers are refused: never a wrong number. So is what no
 * state of these reducers can hold, whoever wrote it and with whatever check sum; of its own part each reducer judges by `validate`.
 *
 * @example Other reducers and damaged bytes are refused
 * ```ts
 * import { fromArray, loadState, logSumExp, reduceStates, saveState, topK } from "@sluice/sluice";
 * import { assertThrows } from "@std/assert";
 *
 * const [state] = await Array.fromAsync(reduceStates(fromArray([1, 2]), { lse: logSumExp() }));
 * const bytes = saveState(state);
 * assertThrows(() => loadState(bytes, { top: topK(2) }), SyntaxError, "wanted top");
 * bytes[20] ^= 1;
 * assertThrows(() => loadState(bytes, { lse: logSumExp() }), SyntaxError, "damaged");
 * ```
 *
 * @param bytes What `saveState` gave.
 * @param reducers The reducers that the state was made with, by the same names.
 * @returns The state.
 * @throws {ParameterError} If these are no bytes or no reducers.
 * @throws {StateFormatError} If the bytes are damaged or foreign (`E_STATE_FORMAT`) or of other reducers (`E_MERGE_MISMATCH`).
 * @throws {BackendUnavailableError} If its backend does not run here.
 */
export function loadState(bytes: Uint8Array, reducers: Reducers): RowState {
  const body = stateBody(bytes);
  const set = new ReducerSet(reducers, namesOf(body));
  if (body.reducers !== set.digest) throw otherReducers(body, set);
  if (body.law !== STATE_LAW) {
    throw new StateFormatError(`Cannot load the state: its law of sums is ${shown(body.law)}, wanted ${STATE_LAW}`);
  }
  const { row, vocabulary, backend, element, operators, streams, states, parts } = stateContent(body, set);
  const data = { fold: { streams, states }, parts };
  return new RowState(set, loadKernels(backend, element), row, vocabulary, data, operators);
}

/** The names of the streams, where there are several. */
function namesOf({ names }: Record<string, unknown>): readonly string[] | undefined {
  if (names === undefined) return undefined;
  const isList = Array.isArray(names) && names.length > 0 && names.length <= LANES;
  if (isList && names.every((name) => typeof name === "string") && new Set(names).size === names.length) return names;
  throw new StateFormatError(`Cannot load the state: its streams are ${shown(names)}, wanted a list of names`);
}

function otherReducers({ reducers, specs }: Record<string, unknown>, set: ReducerSet): StateFormatError {
  const found = Array.isArray(specs) ? JSON.stringify(specs) : `reducers with the digest ${shown(reducers)}`;
  return new StateFormatError(
    `Cannot load the state: it is of ${found}, wanted ${shown(set.text)} (${set.digest})`,
    "E_MERGE_MISMATCH",
  );
}
