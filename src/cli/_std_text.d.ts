/** The two symbols of `@std/text` that the command line uses. */
export function closestString(
  given: string,
  possible: readonly string[],
  options?: { readonly compareFn?: (given: string, possible: string) => number },
): string;
export function levenshteinDistance(a: string, b: string): number;
