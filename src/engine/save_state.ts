import { TILE } from "../../kernels/mod.ts";
import { checkState } from "./_check_state.ts";
import { crc32 } from "./_crc32.ts";
import { toPlain } from "./_plain_state.ts";
import type { RowState } from "./row_state.ts";

/** First bytes of a saved state. */
export const STATE_MAGIC = "SLUICE";

/** What the digits, tiles and fragments of a state mean. Another number is another meaning. */
export const STATE_VERSION = 1;

/**
 * A state as bytes: to be stored, sent, and read by `loadState` on any machine.
 *
 * Layout: `SLUICE`, the version (u16), the length of the body (u32), the body (UTF-8 JSON: what the state is of, and its
 * content), the body's CRC-32 (u32); little endian. A few hundred bytes, plus up to two partial tiles a part.
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
 * @returns The bytes.
 * @throws {ParameterError} If that is no state.
 */
export function saveState(state: RowState): Uint8Array {
  checkState("save", state);
  const { backend, element } = state.kernels;
  const body = new TextEncoder().encode(JSON.stringify({
    tile: TILE,
    backend,
    element,
    row: state.row,
    vocabulary: state.vocabulary,
    operators: state.operators,
    reducers: state.set.text(),
    ...toPlain(state.data()) as object,
  }));
  const magic = new TextEncoder().encode(STATE_MAGIC);
  const bytes = new Uint8Array(magic.length + 6 + body.length + 4);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint16(magic.length, STATE_VERSION, true);
  view.setUint32(magic.length + 2, body.length, true);
  bytes.set(body, magic.length + 6);
  view.setUint32(magic.length + 6 + body.length, crc32(body), true);
  return bytes;
}
