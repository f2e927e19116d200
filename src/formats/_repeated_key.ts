import { endOfString } from "./_end_of_string.ts";

/**
 * The first key that an object of JSON text holds twice, where there is one: `JSON.parse` takes the last of them and says nothing. The
 * text must be JSON. Cost: one walk over it.
 */
export function repeatedKey(text: string): string | undefined {
  /** The keys of the objects that are open. A list within one has no keys, and what lies in it closes before the next key. */
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const mark = text[at];
    if (mark === "{") open.push(new Set());
    else if (mark === "}") open.pop();
    if (mark !== '"') continue;
    const end = endOfString(text, at);
    if (isKey(text, end)) {
      const key = keyOf(text.slice(at, end)), keys = open[open.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
    at = end - 1;
  }
}

/** Whether a colon follows. */
function isKey(text: string, at: number): boolean {
  while (" \t\r\n".includes(text[at])) at++;
  return text[at] === ":";
}

/** Two spellings of one key are one: escapes are read. */
function keyOf(string: string): string {
  return string.includes("\\") ? JSON.parse(string) : string.slice(1, -1);
}
