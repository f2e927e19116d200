import { ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import type { Edit, Stage, StageContext } from "./stage.ts";
import { tokenEdit } from "./_token_edit.ts";

/** Options of {@linkcode penalties}. */
export interface PenaltiesOptions {
  /** Divides the positive logits of seen tokens, multiplies their negative ones; 1 (the default) does nothing. */
  readonly repetitionPenalty?: number;
  /** Taken off for each time a token was seen; 0 when absent. */
  readonly frequencyPenalty?: number;
  /** Taken off once for a token that was seen; 0 when absent. */
  readonly presencePenalty?: number;
  /** How many of the last tokens count; all when absent or -1. */
  readonly penaltyLastN?: number;
  /** Another name of `repetitionPenalty`. */
  readonly repetition?: number;
  /** Another name of `frequencyPenalty`. */
  readonly frequency?: number;
  /** Another name of `presencePenalty`. */
  readonly presence?: number;
  /** Another name of `penaltyLastN`. */
  readonly window?: number;
  /** Which tokens repetition looks at: prompt and output (`"all"`, the default), or the output alone. */
  readonly scope?: "all" | "output";
  /** The same for frequency and presence; as `scope` when absent. */
  readonly counts?: "all" | "output";
  /** Turns logits into log-probabilities first, as transformers can. Costs a second read at the front of a chain. */
  readonly normalize?: boolean;
}

/**
 * Penalties for tokens that were seen already: `x' = x < 0 ? x r : x / r`, then `x' - count f - [count > 0] p`, each once for a distinct
 * token. -Infinity stays.
 *
 * Source: Keskar et al. 2019 (repetition); the OpenAI API (frequency, presence). Scopes: transformers `"all"`, vLLM `"all"` with
 * counts of the output, llama.cpp `"all"` in a window of 64.
 * Cost: a search a tile; at the front of a chain the row is copied and swept anew tile by tile, two to three times log-sum-exp in all;
 * behind a truncator to 256 tokens nothing.
 *
 * @example A token of the prompt loses its lead
 * ```ts
 * import { penalties, sampler } from "@sluice/sluice/sampling";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const next = sampler({ chain: [penalties({ presencePenalty: 5 })], prompt: [0] });
 * const { probabilities } = next.distribution(Float32Array.of(5, 0));
 * assertAlmostEquals(probabilities[0], 0.5, 1e-6);
 * ```
 *
 * @param options The penalties, their scopes and window.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function penalties(options: PenaltiesOptions): Stage {
  return penaltiesDefinition.call(options);
}

/** Its row of the catalogue. */
export const penaltiesDefinition = /* @__PURE__ */ define({
  name: "penalties",
  kind: "stage",
  help: "repetition, frequency, presence",
  options: {
    repetitionPenalty: {
      alias: "repetition",
      type: "number",
      above: 0,
      default: 1,
      help: "divides or multiplies the logits of seen tokens",
    },
    frequencyPenalty: {
      alias: "frequency",
      type: "number",
      default: 0,
      help: "taken off for each time a token was seen",
    },
    presencePenalty: { alias: "presence", type: "number", default: 0, help: "taken off once for a seen token" },
    penaltyLastN: {
      alias: "window",
      type: "whole",
      optional: true,
      absentAs: [Infinity, -1],
      wanted: "a whole number of at least 0, or -1 for all tokens",
      hint: ", or nothing for all tokens",
      help: "how many of the last tokens count",
    },
    scope: { type: "choice", words: ["all", "output"], default: "all", help: "where repetition looks" },
    counts: { type: "choice", words: ["all", "output"], optional: true, help: "where the others look" },
    normalize: { type: "flag", default: false, help: "from log-probabilities" },
  },
  make(
    {
      repetitionPenalty: repetition,
      frequencyPenalty: frequency,
      presencePenalty: presence,
      penaltyLastN: window = Infinity,
      scope,
      counts = scope,
      normalize,
    },
    spec,
  ): Stage {
    const edit = (context: StageContext): Edit | undefined => {
      const seen = tokensOf(context, window, scope);
      const count = countsOf(tokensOf(context, window, counts));
      const repeated = new Set(seen);
      return tokenEdit([...repeated, ...count.keys()], (x, id) => {
        const scaled = !repeated.has(id) ? x : x < 0 ? x * repetition : x / repetition;
        const times = count.get(id) ?? 0;
        return times === 0 ? scaled : scaled - times * frequency - presence;
      });
    };
    if (!normalize) return { spec, edit };
    return {
      spec,
      needsBest: 0,
      edits: true,
      cut(ladder, context) {
        const sum = ladder.top + ln(ladder.mass);
        const penalty = edit(context);
        const shift: Edit = {
          apply({ values }) {
            for (let i = 0; i < values.length; i++) values[i] -= sum;
          },
        };
        return { edits: penalty ? [shift, penalty] : [shift] };
      },
    };
  },
});

function tokensOf({ history, prompt }: StageContext, window: number, scope: "all" | "output"): readonly number[] {
  const from = Math.max(scope === "all" ? 0 : prompt, history.length - window);
  return from === 0 ? history : history.slice(from);
}

function countsOf(ids: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
