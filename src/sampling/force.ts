import type { Segment } from "../core/mod.ts";
import { checkCount, checkTokens, checkWord } from "./_refuse.ts";
import { checkBelow } from "./_token_edit.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode force}. */
export interface ForceOptions {
  /** What positions count: the output (the default), or prompt and output. */
  readonly scope?: "output" | "all";
}

/**
 * Forces the token at given positions, whatever the logits say: the first of a translation, the last before a limit.
 *
 * @example
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
export function force(tokens: readonly (readonly [number, number])[], { scope = "output" }: ForceOptions = {}): Stage {
  for (const [position] of tokens) checkCount("force", "position", position, 0);
  checkTokens("force", "ids", tokens.map(([, id]) => id));
  checkWord("force", "scope", scope, ["output", "all"]);
  const forced = new Map(tokens);
  return {
    spec: { name: "force", params: { tokens, scope }, inputs: [] },
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
