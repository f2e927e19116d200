// Masks as JSON has them: the bytes of their bits in base64.
import { PackedBits } from "../../formats/inside.ts";
import { refuse } from "./_refuse.ts";

/** The masks of rows from JSON, as words. */
export function maskWords(masks: unknown): Uint32Array[] {
  if (!Array.isArray(masks)) refuse("maskRows", "masks", masks, "a list of bit masks in base64");
  return masks.map((mask, row) => {
    const bytes = typeof mask === "string" ? bytesOfBase64(mask) : undefined;
    if (!bytes) refuse("maskRows", `the mask of row ${row}`, mask, "packed bits in base64");
    const words = new Uint32Array(Math.ceil(bytes.length / 4));
    // Little endian, as every host of this library is.
    new Uint8Array(words.buffer).set(bytes);
    return words;
  });
}

/** The same masks as JSON. */
export function maskTexts(masks: readonly (Uint32Array | Int32Array)[]): string[] {
  return masks.map((words) => new PackedBits(words).toBase64());
}

function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
