import { closestString, levenshteinDistance } from "./_std_text.ts";

/** The most letters in three that a misspelt word may have wrong. */
const SHARE = 3;

/** Which of the words a misspelt one stands for, if it is near to one: a third of its letters wrong, or its end left out. */
export function meant(given: string, words: readonly string[]): string | undefined {
  const word = given.toLowerCase();
  const found = closestString(word, words, { compareFn: distance });
  return distance(word, found) <= Math.floor(word.length / SHARE) ? found : undefined;
}

/** The end of a message about a misspelt word. */
export function didYouMean(word: string | undefined): string {
  return !word ? "" : ` (did you mean ${word}?)`;
}

function distance(word: string, possible: string): number {
  return word.length >= SHARE && possible.startsWith(word) ? 1 : levenshteinDistance(word, possible);
}
