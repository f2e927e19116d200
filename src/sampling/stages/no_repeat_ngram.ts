import { define } from "../../core/mod.ts";
import type { Stage } from "./stage.ts";
import { repeats } from "./_repeats.ts";
import { banEdit } from "./_token_edit.ts";

/** Options of {@linkcode noRepeatNgram}. */
export interface NoRepeatNgramOptions {
  /** Where earlier n-grams are looked for: prompt and output (`"all"`, the default), or the output alone. */
  readonly scope?: "all" | "output";
}

/**
 * Bans every token that would complete an n-gram for the second time.
 *
 * n = 1 bans all tokens seen. Source: Paulus et al. 2017. Cost: O(history) a row, whatever n, then as `penalties`.
 *
 * @example No pair for the second time
 * ```ts
 * import { noRepeatNgram, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const next = sampler({ chain: [noRepeatNgram(2)], prompt: [0, 1, 0] });
 * assertEquals([...next.distribution(Float32Array.of(0, 9, 0)).ids].includes(1), false);
 * ```
 *
 * @param n The length; a whole number of at least 1.
 * @param options Where to look.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function noRepeatNgram(n: number, options: NoRepeatNgramOptions = {}): Stage {
  return noRepeatNgramDefinition.call(options, n);
}

/** Its row of the catalogue. */
export const noRepeatNgramDefinition = /* @__PURE__ */ define({
  name: "noRepeatNgram",
  kind: "stage",
  help: "no n tokens twice",
  options: {
    n: { type: "whole", least: 1, argument: true, help: "how many" },
    scope: { type: "choice", words: ["all", "output"], default: "all", help: "where earlier ones are looked for" },
  },
  make: ({ n, scope }, spec): Stage => ({
    spec,
    edit({ history, prompt }) {
      const runs = repeats(scope === "all" ? history : history.slice(prompt));
      const banned = [...runs].filter(([, run]) => run >= n - 1).map(([id]) => id);
      return banEdit(banned);
    },
  }),
});
