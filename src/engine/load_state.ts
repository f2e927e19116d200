import { loadKernels, TILE } from "../../kernels/mod.ts";
import { errorCode, ParameterError, type Reducers, shown, StateFormatError } from "../core/mod.ts";
import { crc32 } from "./_crc32.ts";
import { fromPlain } from "./_plain_state.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { isRecord, stateContent } from "./_state_content.ts";
import { RowState } from "./row_state.ts";
import { STATE_MAGIC, STATE_VERSION } from "./save_state.ts";

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
  if (!(bytes instanceof Uint8Array)) {
    throw new ParameterError(`Cannot load a state from ${shown(bytes)}: wanted a Uint8Array, as saveState gives it`);
  }
  const body = bodyOf(bytes);
  const set = new ReducerSet(reducers);
  if (body.reducers !== set.text()) {
    throw new StateFormatError(
      `Cannot load the state: it is of ${shown(body.reducers)}, wanted ${shown(set.text())}`,
      "E_MERGE_MISMATCH",
    );
  }
  if (body.tile !== TILE) {
    throw new StateFormatError(`Cannot load the state: its tiles have ${shown(body.tile)} logits, wanted ${TILE}`);
  }
  const { row, vocabulary, backend, element, operators, fold, parts } = stateContent(body, set);
  return new RowState(set, loadKernels(backend, element), row, vocabulary, { fold, parts }, operators);
}

function bodyOf(bytes: Uint8Array): Record<string, unknown> {
  const start = STATE_MAGIC.length + 6;
  const refuse = (what: string) => new StateFormatError(`Cannot load the state of ${bytes.length} bytes: ${what}`);
  if (new TextDecoder().decode(bytes.subarray(0, STATE_MAGIC.length)) !== STATE_MAGIC) {
    throw refuse("it is not one that saveState made");
  }
  if (bytes.length < start + 4) throw refuse("it is damaged: its end is missing");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(STATE_MAGIC.length, true);
  if (version !== STATE_VERSION) throw refuse(`it has version ${version}, wanted ${STATE_VERSION}`);
  const length = view.getUint32(STATE_MAGIC.length + 2, true);
  if (bytes.length !== start + length + 4) throw refuse(`it is damaged: wanted ${start + length + 4} bytes`);
  const body = bytes.subarray(start, start + length);
  if (crc32(body) !== view.getUint32(start + length, true)) throw refuse("it is damaged: its check sum differs");
  return parsed(body);
}

function parsed(bytes: Uint8Array): Record<string, unknown> {
  let body: unknown;
  try {
    body = fromPlain(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    if (errorCode(error)) throw error;
    throw senseless({ cause: error });
  }
  if (!isRecord(body)) throw senseless();
  return body;
}

function senseless(options?: ErrorOptions): StateFormatError {
  return new StateFormatError("Cannot load the state: its body is no record in JSON", "E_STATE_FORMAT", options);
}
