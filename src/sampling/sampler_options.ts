import type { Operator } from "../core/mod.ts";
import type { Stage } from "./stages/stage.ts";

/** Options of {@linkcode sampler}. */
export interface SamplerOptions {
  /** The stages, first to last: stages of this room, and operators (`logitBias`, `mask`, ...). None: the plain softmax. */
  readonly chain?: readonly (Stage | Operator)[];
  /** The seed of its random numbers: a whole number from 0 to 2^53 - 1; drawn when absent, and told by {@linkcode Sampler.seed}. */
  readonly seed?: number;
  /** Tokens drawn from each row, without replacement; 1 when absent. */
  readonly draws?: number;
  /**
   * More about the token and the row: see {@linkcode SampleDetails}. Costs a sweep with moments; up to two more reads where
   * more than 256 tokens are kept, or the rank lies beyond the 64 best.
   */
  readonly details?: boolean;
  /** How many of the raw distribution's likeliest tokens come with each sample; 0 when absent. */
  readonly topLogprobs?: number;
  /** The tokens before the first step, for the stages that look back. */
  readonly prompt?: readonly number[];
}

/** Options of {@linkcode Sampler.draw} and {@linkcode Sampler.distribution}. */
export interface StepOptions {
  /** The step whose random numbers are used; when absent the sampler counts its draws. */
  readonly step?: number;
}
