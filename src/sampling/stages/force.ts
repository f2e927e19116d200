import type { Segment } from "../../core/mod.ts";
import { checkCount, checkedIds, checkedList, checkWord, optionsOf, refuse } from "./_refuse.ts";
import { checkBelow } from "./_token_edit.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode force}. */
export interface ForceOptions {
  /** What positions count: the output (the default), or prompt and output. */
  readonly scope?: "output" | "all";
}

const PAIRS = "a list of [position, id]";

/**
 * Forces the token at given positions, whatever the logits say: the first of a translation, the last before a limit. Put it in front: a
 * token that a truncator has dropped before cannot be forced, and the row then gives none. Cost: as `penalties`.
 *
 * @example The first token of the output
 * ```ts
 * import { force, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sampler({ chain: [force([[0, 2]])] }).draw(Float32Array.of(9, 9, -9)).id, 2);
 * ```
 *
 * @param tokens `[position, id]` each; positions count from 0.
 * @param options What positions count.
 * @returns The stage.
 * @throws {ParameterError} If a position or id is not a whole number.
 */
export function force(tokens: readonly (readonly [number, number])[], options: ForceOptions = {}): Stage {
  const { scope = "output" } = optionsOf("force", options, ["scope"]);
  checkWord("force", "scope", scope, ["output", "all"]);
  const forced = new Map<number, number>();
  for (const pair of checkedList("force", "tokens", tokens, PAIRS)) {
    if (!Array.isArray(pair) || pair.length !== 2) refuse("force", "tokens", pair, PAIRS);
    const [position, id] = pair;
    checkCount("force", "position", position, 0);
    checkedIds("force", "ids", [id]);
    forced.set(position, id);
  }
  return {
    spec: { name: "force", params: { tokens: [...forced], scope }, inputs: [] },
    check: (vocabulary) => checkBelow("force", forced.values(), vocabulary),
    edit({ history, prompt }) {
      const id = forced.get(scope === "all" ? history.length : history.length - prompt);
      if (id === undefined) return undefined;
      return {
        apply({ values, start }: Segment): void {
          values.fill(-Infinity);
          if (id >= start && id < start + values.length) values[id - start] = 0;
        },
      };
    },
  };
}
