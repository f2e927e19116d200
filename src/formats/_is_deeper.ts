import { endOfString } from "./_end_of_string.ts";

/**
 * Whether objects and lists of a text lie more than so many in one another, if it is JSON: to be asked before it is parsed. Cost: one
 * walk, which ends there.
 */
export function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === "{" || mark === "[") depth++;
    else if (mark === "}" || mark === "]") depth--;
    else if (mark === '"') at = endOfString(text, at) - 1;
    if (depth > most) return true;
  }
  return false;
}
