import { define } from "../../core/mod.ts";
import type { Stage } from "./stage.ts";
import { banEdit, checkBelow } from "./_token_edit.ts";

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
  return suppressDefinition.call(options, ids);
}

/** Its row of the catalogue. */
export const suppressDefinition = /* @__PURE__ */ define({
  name: "suppress",
  kind: "stage",
  help: "never these tokens",
  options: {
    ids: { type: "ids", argument: true, help: "the ids" },
    first: { type: "whole", least: 1, optional: true, absentAs: [Infinity], help: "only for so many first tokens" },
  },
  make: ({ ids, first = Infinity }, spec): Stage => ({
    spec,
    check: (vocabulary) => checkBelow("suppress", ids, vocabulary),
    edit: ({ history, prompt }) => history.length - prompt < first ? banEdit(ids) : undefined,
  }),
});
