import { type Definition, registered } from "../core/mod.ts";
import { CATALOGUE } from "./catalogue.ts";

/**
 * The definition of a name: the library's, or a registered one.
 *
 * @example What topK takes
 * ```ts
 * import { definitionOf } from "@sluice/sluice/catalogue";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(Object.keys(definitionOf("topK")!.options), ["k", "logprob"]);
 * ```
 *
 * @param name The factory's name; with a namespace, if it is of one's own.
 * @returns The definition; `undefined` if there is none.
 */
export function definitionOf(name: string): Definition | undefined {
  return CATALOGUE.find((definition) => definition.name === name) ?? registered(name);
}
