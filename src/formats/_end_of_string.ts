/** One past the closing quote of the string that begins at `at` in JSON text; past the text's end, if there is none. */
export function endOfString(text: string, at: number): number {
  for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
  return at + 1;
}
