import { ParameterError } from "./errors.ts";
import { shown } from "./shown.ts";

/**
 * An object of options, checked: refuses what is none, and one that holds others. A misspelt option would else be passed over in
 * silence, and the call do something that nobody asked for.
 *
 * @example A misspelt option
 * ```ts
 * import { optionsOf, ParameterError } from "@sluice/sluice/core";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(optionsOf("topK", { logprob: false }, ["logprob"]), { logprob: false });
 * assertThrows(
 *   () => optionsOf("topK", { logprobs: false }, ["logprob"]),
 *   ParameterError,
 *   "Cannot use topK with logprobs = false: wanted one of its options: logprob",
 * );
 * ```
 *
 * @param what Whose options they are: its name in the errors.
 * @param options The options. One that is `undefined` counts as left out.
 * @param known The names of those there are, with `!` behind those that it cannot do without.
 * @returns The options.
 * @throws {ParameterError} If that is no object of options, or it holds another one.
 */
export function optionsOf<T extends object>(what: string, options: T, known: readonly string[]): T {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const needed = plain(known.filter((name) => name.endsWith("!")));
    const wanted = needed.length === 0 ? "of options" : `with ${needed.join(", ")}`;
    throw new ParameterError(`Cannot use ${what} with options = ${shown(options)}: wanted an object ${wanted}`);
  }
  // Inherited ones too: they would be read as well.
  for (const name in options) {
    if (options[name] === undefined || known.includes(name) || known.includes(`${name}!`)) continue;
    const names = plain(known);
    const wanted = names.length === 0 ? "no option" : `one of its options: ${names.join(", ")}`;
    throw new ParameterError(`Cannot use ${what} with ${name} = ${shown(options[name])}: wanted ${wanted}`);
  }
  return options;
}

function plain(known: readonly string[]): string[] {
  return known.map((name) => name.replace("!", ""));
}
