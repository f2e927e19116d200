import { optionsOf } from "../core/mod.ts";
import { framed, toPlain } from "../formats/inside.ts";
import { checkState } from "./_check_state.ts";
import { STATE_LAW, STATE_VERSION } from "./_state_law.ts";
import type { RowState } from "./row_state.ts";

/** Options of {@linkcode saveState}. */
export interface SaveStateOptions {
  /** Writes the reducers' specs too, for whoever finds the bytes; otherwise only their digest tells whose they are. */
  readonly specs?: boolean;
}

/**
 * A state as bytes: to be stored, sent, and read by `loadState` on any machine. Equal content gives equal bytes, however it was cut and
 * merged.
 *
 * Layout: `SLUICE`, the version (u16), the length of the body (u32), the body (UTF-8 JSON: what the state is of, the SHA-256 of its
 * reducers' specs, and its content), the body's CRC-32 (u32); little endian. Under a kilobyte, plus up to two partial tiles a part.
 * It holds logits of those tiles: treat it as you treat the logits.
 *
 * @example A state saved, loaded and finished
 * ```ts
 * import { finishState, fromArray, loadState, logSumExp, reduceStates, saveState } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const reducers = { lse: logSumExp() };
 * const [state] = await Array.fromAsync(reduceStates(fromArray([1, 2, 3]), reducers));
 * const again = loadState(saveState(state), reducers);
 * assertEquals(finishState(again, reducers), finishState(state, reducers));
 * ```
 *
 * @param state What to save.
 * @param options Whether the specs are written.
 * @returns The bytes.
 * @throws {ParameterError} If that is no state, or an option does not fit.
 */
export function saveState(state: RowState, options: SaveStateOptions = {}): Uint8Array {
  const { specs = false } = optionsOf("saveState", options, ["specs"]);
  checkState("save", state);
  const { kernels: { backend, element }, row, vocabulary, operators, set } = state;
  const { fold, parts } = state.data();
  const states = fold.states.map((own, i) => set.reducers[i]?.canonical?.(own as object) ?? own);
  const body = toPlain({
    law: STATE_LAW,
    backend,
    element,
    row,
    vocabulary,
    operators,
    reducers: set.digest,
    ...(specs ? { specs: set.specs() } : {}),
    ...(set.streams ? { names: set.streams } : {}),
    streams: fold.streams,
    states,
    parts,
  });
  return framed(STATE_VERSION, new TextEncoder().encode(JSON.stringify(body)));
}
