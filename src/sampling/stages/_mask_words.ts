// Masks from JSON.
import { refuse } from "./_refuse.ts";

/** The masks of rows as JSON has them, each the bytes of its bits in base64, as words. */
export function maskWords(masks: unknown): Uint32Array[] {
  if (!Array.isArray(masks)) refuse("maskRows", "masks", masks, "a list of bit masks in base64");
  return masks.map((mask, row) => {
    const bytes = typeof mask === "string" ? bytesOf(mask) : undefined;
    if (!bytes) refuse("maskRows", `the mask of row ${row}`, mask, "packed bits in base64");
    const words = new Uint32Array(Math.ceil(bytes.length / 4));
    // Little endian, as every host of this library is.
    new Uint8Array(words.buffer).set(bytes);
    return words;
  });
}

function bytesOf(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
