import { define } from "../../core/mod.ts";
import { banEdit, checkBelow } from "./_token_edit.ts";
import type { Stage } from "./stage.ts";

/**
 * Bans words, given as sequences of ids: the last id of a sequence is masked whenever the tokens so far end with the others. A sequence
 * of one id is always banned. Source: transformers' bad words. Cost: O(words) a row, then as `penalties`.
 *
 * @example A word of one id, and one of two
 * ```ts
 * import { badWords, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const next = sampler({ chain: [badWords([[2], [0, 1]])], prompt: [0] });
 * assertEquals([...next.distribution(Float32Array.of(0, 9, 9)).ids], [0]);
 * ```
 *
 * @param words The sequences; none empty.
 * @returns The stage.
 * @throws {ParameterError} If a sequence is empty or an id not a whole number.
 */
export function badWords(words: readonly (readonly number[])[]): Stage {
  return badWordsDefinition.call({}, words);
}

/** Its row of the catalogue. */
export const badWordsDefinition = /* @__PURE__ */ define({
  name: "badWords",
  kind: "stage",
  help: "never these sequences",
  options: { words: { type: "sequences", argument: true, help: "their ids" } },
  make: ({ words }, spec): Stage => ({
    spec,
    check: (vocabulary) => words.forEach((word) => checkBelow("badWords", word, vocabulary)),
    edit({ history }) {
      const ended = words.filter((word) =>
        word.length - 1 <= history.length &&
        word.slice(0, -1).every((id, i) => history[history.length - word.length + 1 + i] === id)
      );
      return banEdit(ended.map((word) => word[word.length - 1]));
    },
  }),
});
