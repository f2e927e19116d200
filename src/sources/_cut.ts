import { checkWhole } from "../core/mod.ts";

/** Logits of a chunk unless the caller says otherwise. */
const CHUNK = 65536;

/** How a source's logits are cut. */
export interface Cut {
  /** The most logits of a chunk. */
  readonly chunk: number;
  /** The most logits of a plain read, into memory of the reader's: as many as fit, unless the caller says otherwise. */
  readonly most: number;
}

/** The `chunk` option, checked. */
export function cutOf(chunk: number | undefined): Cut {
  if (chunk === undefined) return { chunk: CHUNK, most: Infinity };
  checkWhole("chunk", chunk, 1);
  return { chunk, most: chunk };
}
