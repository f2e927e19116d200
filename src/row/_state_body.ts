import { errorCode, ParameterError, shown, StateFormatError } from "../core/mod.ts";
import { fromPlain, unframed } from "../formats/inside.ts";
import { isRecord } from "./_state_content.ts";
import { STATE_VERSION } from "./_state_law.ts";

/** The body of a saved state as a record: its frame is sound, what it says is still to be checked. */
export function stateBody(bytes: Uint8Array): Record<string, unknown> {
  if (!(bytes instanceof Uint8Array)) {
    throw new ParameterError(`Cannot load a state from ${shown(bytes)}: wanted a Uint8Array, as saveState gives it`);
  }
  return parsed(unframed(STATE_VERSION, bytes));
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
