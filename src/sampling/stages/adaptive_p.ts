import { exp, ln } from "../../../kernels/mod.ts";
import { define, type Segment } from "../../core/mod.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode adaptiveP}. */
export interface AdaptivePOptions {
  /** The probability that chosen tokens should have, on average: above 0, at most 1. */
  readonly target: number;
  /** How slowly the average forgets: from 0 to 0.99; 0.9 when absent. */
  readonly decay?: number;
}

const WIDTH = 0.3;
const PEAK = 5;
const SHARPNESS = 10;

/**
 * Adaptive-p: prefers tokens whose probability is near a target that follows the tokens chosen so far.
 *
 * `t = clamp(2 target - average, 0, 1)`, `d = |P - t| / 0.3`, `x' = 5 - 10 d^2 / (1 + d)`; the average is an exponential one of the
 * original P of accepted tokens, begun at the target. Put it last, behind a truncator such as `keepMinP`.
 * Where more than 256 tokens are kept the row is read again, and the new logits are rounded to its dtype; the P of an accepted token
 * that is none of the 256 best is then told from its new logit.
 * Source: llama.cpp's adaptive-p. Cost: nothing where at most 256 tokens are kept.
 *
 * @example A token near the target goes first
 * ```ts
 * import { adaptiveP, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.7, 0.2, 0.1], Math.log);
 * assertEquals(sampler({ chain: [adaptiveP({ target: 0.2 })] }).distribution(row).ids[0], 1);
 * ```
 *
 * @param options Target and decay.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function adaptiveP(options: AdaptivePOptions): Stage {
  return adaptivePDefinition.call(options);
}

/** Its row of the catalogue. */
export const adaptivePDefinition = /* @__PURE__ */ define({
  name: "adaptiveP",
  kind: "stage",
  help: "probabilities steered to a target",
  options: {
    target: { type: "number", above: 0, most: 1, help: "what chosen tokens have on average" },
    decay: { type: "number", least: 0, most: 0.99, default: 0.9, help: "how slowly the average forgets" },
  },
  make: ({ target, decay }, spec): Stage => ({
    spec,
    edits: true,
    initial: [target / (1 - decay), 1 / (1 - decay)],
    cut(ladder, { own: [sum, weight], observe }) {
      const wanted = Math.min(1, Math.max(0, 2 * target - (weight > 0 ? sum / weight : target)));
      const { top } = ladder, logMass = ln(ladder.mass);
      const adapt = (x: number) => x === -Infinity ? x : adapted(exp(x - top - logMass), wanted);
      const { listed } = ladder, known = ladder.snapshot();
      if (listed) {
        observe(known);
        return ladder.rewrite(adapt);
      }
      observe((id, logit) => known(id, NaN) ?? (Number.isNaN(logit) ? undefined : original(logit, wanted)), true);
      return {
        edits: [{
          apply({ values }: Segment): void {
            // What came before has been divided already, by an edit of its own.
            for (let i = 0; i < values.length; i++) values[i] = adapt(values[i]);
          },
        }],
      };
    },
    accept([sum, weight], _id, probability) {
      return probability === undefined ? [sum, weight] : [sum * decay + probability, weight * decay + 1];
    },
  }),
});

function adapted(probability: number, wanted: number): number {
  const d = Math.abs((probability - wanted) / WIDTH);
  return PEAK - SHARPNESS * d * d / (1 + d);
}

/**
 * The probability that an adapted logit came from. Of the two that it may be it is the one below the target: whoever asks is behind 256
 * better tokens, so it is less than 1/256. A target below that may take one for the other, which are both next to nothing.
 */
function original(logit: number, wanted: number): number {
  const y = (PEAK - logit) / SHARPNESS;
  const d = (y + Math.sqrt(y * y + 4 * y)) / 2;
  const below = wanted - WIDTH * d;
  return below >= 0 ? below : Math.min(1, wanted + WIDTH * d);
}
