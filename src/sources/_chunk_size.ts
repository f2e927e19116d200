import { checkWhole } from "../core/mod.ts";

/** Logits of a chunk unless the caller says otherwise. */
const CHUNK = 65536;

/** The `chunk` option, checked. */
export function chunkSize(chunk: number | undefined): number {
  if (chunk === undefined) return CHUNK;
  checkWhole("chunk", chunk, 1);
  return chunk;
}
