import { checkOption, define, type Segment } from "../../core/mod.ts";
import { refuse } from "./_refuse.ts";
import type { Stage } from "./stage.ts";
import { checkBelow } from "./_token_edit.ts";

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
  return forceDefinition.call(options, tokens);
}

/** Its row of the catalogue. */
export const forceDefinition = /* @__PURE__ */ define({
  name: "force",
  kind: "stage",
  help: "first these tokens",
  options: {
    tokens: {
      type: "data",
      read: readTokens,
      write: (tokens: Iterable<unknown>) => [...tokens],
      argument: true,
      help: "a list of [position, id]",
    },
    scope: { type: "choice", words: ["output", "all"], default: "output", help: "what positions count" },
  },
  make: ({ tokens, scope }, spec): Stage => ({
    spec,
    check: (vocabulary) => checkBelow("force", tokens.values(), vocabulary),
    edit({ history, prompt }) {
      const id = tokens.get(scope === "all" ? history.length : history.length - prompt);
      if (id === undefined) return undefined;
      return {
        apply({ values, start }: Segment): void {
          values.fill(-Infinity);
          if (id >= start && id < start + values.length) values[id - start] = 0;
        },
      };
    },
  }),
});

/** Ids by their positions. */
function readTokens(what: string, name: string, tokens: unknown): ReadonlyMap<number, number> {
  if (typeof (tokens as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== "function") {
    refuse(what, name, tokens, PAIRS);
  }
  const forced = new Map<number, number>();
  for (const pair of tokens as Iterable<unknown>) {
    if (!Array.isArray(pair) || pair.length !== 2) refuse(what, name, pair, PAIRS);
    const position = checkOption(what, "position", { type: "whole", help: "" }, pair[0]);
    const [id] = checkOption(what, "ids", { type: "ids", help: "" }, [pair[1]]);
    forced.set(position, id);
  }
  return forced;
}
