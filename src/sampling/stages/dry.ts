import { exp, ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import { repeats } from "./_repeats.ts";
import { tokenEdit } from "./_token_edit.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode dry}. */
export interface DryOptions {
  /** The penalty of a repetition that is just long enough: a finite number above 0. */
  readonly multiplier: number;
  /** How it grows with each further token: at least 1; 1.75 when absent. */
  readonly base?: number;
  /** Repetitions shorter than this are free; 2 when absent. */
  readonly allowedLength?: number;
  /** How many of the last tokens count; all when absent or -1. */
  readonly penaltyLastN?: number;
  /** Another name of `penaltyLastN`. */
  readonly window?: number;
  /** Sequences of ids over which no repetition reaches: newlines, quotes and the like, as the tokenizer writes them. */
  readonly breakers?: readonly (readonly number[])[];
}

/** Beyond it `base^n` leaves float32. */
const GREATEST_EXPONENT = 88.7228391;

/**
 * DRY ("don't repeat yourself"): penalizes the tokens that would go on a repetition: where the last L tokens stand earlier in the
 * text, the token that followed them there gets `x' = x - multiplier base^(L - allowedLength)`, L the longest such run of at least
 * `allowedLength`.
 *
 * Runs end at the last breaker; tokens that are a breaker by themselves are exempt.
 * Source: p-e-w's DRY, as in llama.cpp. Cost: O(history) a row, then as `penalties`.
 *
 * @example What would go on a repetition loses
 * ```ts
 * import { dry, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const next = sampler({ chain: [dry({ multiplier: 100 })], prompt: [0, 1, 2, 0, 1] });
 * assertEquals(next.draw(Float32Array.of(0, 0, 50, 40)).id, 3);
 * ```
 *
 * @param options Multiplier, base, allowed length, window, breakers.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function dry(options: DryOptions): Stage {
  return dryDefinition.call(options);
}

/** Its row of the catalogue. */
export const dryDefinition = /* @__PURE__ */ define({
  name: "dry",
  kind: "stage",
  help: "against repeated sequences",
  options: {
    multiplier: { type: "number", above: 0, help: "the penalty of a repetition that is just long enough" },
    base: { type: "number", least: 1, default: 1.75, help: "how it grows with each token" },
    allowedLength: { type: "whole", least: 1, default: 2, help: "shorter repetitions are free" },
    penaltyLastN: {
      alias: "window",
      type: "whole",
      optional: true,
      absentAs: [Infinity, -1],
      wanted: "a whole number of at least 0, or -1 for all tokens",
      help: "how many of the last tokens count",
    },
    breakers: { type: "sequences", default: [], help: "what no repetition reaches over" },
  },
  make({ multiplier, base, allowedLength, penaltyLastN: window = Infinity, breakers }, spec): Stage {
    const exempt = new Set(breakers.filter(({ length }) => length === 1).map(([id]) => id));
    const most = base > 1.000001 ? Math.floor(GREATEST_EXPONENT / ln(base)) : Infinity;
    return {
      spec,
      edit({ history }) {
        const recent = window < history.length ? history.slice(history.length - window) : history;
        if (recent.length <= allowedLength) return undefined;
        const runs = repeats(recent), longest = sinceBreaker(recent, breakers);
        for (const [id, run] of runs) if (Math.min(run, longest) < allowedLength || exempt.has(id)) runs.delete(id);
        return tokenEdit(runs.keys(), (x, id) => {
          const power = Math.min(most, Math.min(runs.get(id)!, longest) - allowedLength);
          return x - multiplier * exp(power * ln(base));
        });
      },
    };
  },
});

/** How many tokens stand behind the last breaker; of breakers that begin at the same place the longest counts. */
function sinceBreaker(tokens: readonly number[], breakers: readonly (readonly number[])[]): number {
  for (let at = tokens.length - 1; at >= 0; at--) {
    let longest = 0;
    for (const breaker of breakers) {
      if (breaker.length > longest && breaker.every((id, i) => tokens[at + i] === id)) longest = breaker.length;
    }
    if (longest > 0) return tokens.length - at - longest;
  }
  return tokens.length;
}
