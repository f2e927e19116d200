import { sha256 } from "../formats/inside.ts";
import type { FoldState } from "./fold_state.ts";

/** Whose a saved state is: the SHA-256 of the names and specs of its folds. */
export function digestOf({ text }: FoldState): string {
  return sha256(new TextEncoder().encode(text)).toHex();
}
