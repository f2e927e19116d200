import { define } from "../../core/mod.ts";
import type { Stage } from "./stage.ts";
import { banEdit, checkBelow } from "./_token_edit.ts";

/** Options of {@linkcode minLength}. */
export interface MinLengthOptions {
  /** The ids that would end the text. */
  readonly end: readonly number[];
  /** What is counted: the output (the default), or prompt and output. */
  readonly scope?: "output" | "all";
}

/**
 * Bans the ids that end a text until it has at least so many tokens: their logits become -Infinity. Cost: as `penalties`.
 *
 * @example No end before the first token
 * ```ts
 * import { minLength, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const next = sampler({ chain: [minLength(1, { end: [0] })] });
 * const row = Float32Array.of(9, 0);
 * assertEquals(next.draw(row).id, 1);
 * next.accept(1);
 * assertEquals(next.distribution(row).ids.length, 2);
 * ```
 *
 * @param tokens How many; a whole number of at least 1.
 * @param options The ending ids, what is counted.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function minLength(tokens: number, options: MinLengthOptions): Stage {
  return minLengthDefinition.call(options, tokens);
}

/** Its row of the catalogue. */
export const minLengthDefinition = /* @__PURE__ */ define({
  name: "minLength",
  kind: "stage",
  help: "no end before so many tokens",
  options: {
    tokens: { type: "whole", least: 1, argument: true, help: "how many" },
    end: { type: "ids", help: "the ids that would end the text" },
    scope: { type: "choice", words: ["output", "all"], default: "output", help: "what is counted" },
  },
  make: ({ tokens, end, scope }, spec): Stage => ({
    spec,
    check: (vocabulary) => checkBelow("minLength", end, vocabulary),
    edit({ history, prompt }) {
      const length = scope === "all" ? history.length : history.length - prompt;
      return length < tokens ? banEdit(end) : undefined;
    },
  }),
});
