/**
 * `@std/text` with types: its npm build ships none. The whole of it would load tables of letters that nobody asks for.
 *
 * @module
 */
// @ts-types="./_std_text.d.ts"
export { closestString } from "@std/text/closest-string";
// @ts-types="./_std_text.d.ts"
export { levenshteinDistance } from "@std/text/levenshtein-distance";
