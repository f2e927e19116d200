import { ParameterError, shown } from "../core/mod.ts";
import { framed, toPlain } from "../formats/inside.ts";
import { STATE_VERSION } from "../row/inside.ts";
import { digestOf } from "./_digest_of.ts";
import { FoldState } from "./fold_state.ts";

/**
 * A state of folds as bytes, for `loadFolds` on any machine. Equal content gives equal bytes, however it was split and merged.
 *
 * Layout: that of `saveState`; the body says how many items there were, the SHA-256 of the folds' specs, and what each holds.
 *
 * @example A state saved, loaded and finished
 * ```ts
 * import { FoldState, loadFolds, mean, saveFolds } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const folds = { x: mean("x") };
 * const state = new FoldState(folds);
 * state.step({ x: 0.1 });
 * assertEquals(loadFolds(saveFolds(state), folds).finish(), state.finish());
 * ```
 *
 * @param state What to save.
 * @returns The bytes.
 * @throws {ParameterError} If that is no state.
 */
export function saveFolds(state: FoldState): Uint8Array {
  if (!(state instanceof FoldState)) throw new ParameterError(`Cannot save ${shown(state)}: wanted a FoldState`);
  const { items, states } = state.data();
  const own = Object.values(state.folds).map((fold, i) => fold.canonical?.(states[i]) ?? states[i]);
  const body = toPlain({ folds: digestOf(state), items, states: own });
  return framed(STATE_VERSION, new TextEncoder().encode(JSON.stringify(body)));
}
