import { checkCount, checkedIds, optionsOf } from "./_refuse.ts";
import { banEdit, checkBelow } from "./_token_edit.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode suppress}. */
export interface SuppressOptions {
  /** Only for so many first tokens of the output; always when absent. */
  readonly first?: number;
}

/**
 * Bans ids, always or for the first tokens of the output: their logits become -Infinity. Cost: as `penalties`.
 *
 * @example An id that is never drawn
 * ```ts
 * import { sampler, suppress } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...sampler({ chain: [suppress([1])] }).distribution(Float32Array.of(0, 9, 0)).ids], [0, 2]);
 * ```
 *
 * @param ids The ids.
 * @param options For how long.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function suppress(ids: readonly number[], options: SuppressOptions = {}): Stage {
  const { first = Infinity } = optionsOf("suppress", options, ["first"]);
  const banned = checkedIds("suppress", "ids", ids);
  if (first !== Infinity) checkCount("suppress", "first", first, 1);
  return {
    spec: { name: "suppress", params: { ids: banned, first }, inputs: [] },
    check: (vocabulary) => checkBelow("suppress", banned, vocabulary),
    edit: ({ history, prompt }) => history.length - prompt < first ? banEdit(banned) : undefined,
  };
}
