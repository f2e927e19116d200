import type { Ties } from "./ties.ts";

/**
 * What is known of a row's distribution, best first, and the tokens of it that a chain still keeps: a window that every truncator
 * narrows. It is what {@linkcode Stage.cut} is given, for stages of your own; it cannot be made.
 *
 * Not every token need be known one by one: where many are kept, the row is asked for what lies in a range of its logits. A stage whose cut
 * hangs on the last digits of such sums is run again, with sums in float64.
 *
 * Units: logits in the stage's own scale, after the temperatures before it; masses are `sum e^(x - top)`; entropies in nats.
 *
 * @example A stage of one's own: top-a keeps `P >= a P_max^2`
 * ```ts
 * import { sampler, type Stage } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const keepTopA = (a: number): Stage => ({
 *   spec: { name: "keepTopA", params: { a }, inputs: [] },
 *   cut(ladder) {
 *     const logprob = ladder.largest() - ladder.top - Math.log(ladder.mass);
 *     ladder.keepProbable(Math.log(a) + 2 * logprob, 1);
 *   },
 * });
 * const row = Float32Array.from([0.6, 0.25, 0.1, 0.05], Math.log);
 * assertEquals([...sampler({ chain: [keepTopA(0.5)] }).distribution(row).ids], [0, 1]);
 * ```
 */
export interface Ladder {
  /** The logit that masses are relative to. */
  readonly top: number;
  /** By what the stages have divided the row's logits so far. */
  readonly divisor: number;
  /** How many tokens are kept. */
  readonly count: number;
  /**
   * How many tokens a list would still hold from which only cuts take tokens away: those kept, and masked ones beside them. It is how
   * llama.cpp counts.
   */
  readonly candidates: number;
  /** Their mass. */
  readonly mass: number;
  /** The entropy of the kept tokens. */
  readonly entropy: number;
  /** Whether every kept token is known by its id. */
  readonly listed: boolean;
  /** The largest kept logit. */
  largest(): number;
  /** Mean and population standard deviation of the kept logits. */
  spread(): { readonly mean: number; readonly deviation: number };
  /** The sum of the squared probabilities. */
  squares(): number;
  /** The logits of the best `count` tokens, or of all. */
  best(count: number): number[];
  /** Keeps the best k tokens. */
  keepCount(k: number, ties: Ties): void;
  /** Keeps the fewest best tokens that hold a share p of the mass, and at least `least`. */
  keepMass(p: number, least: number, ties: Ties): void;
  /** Keeps the tokens whose logit is at least `t`, and the best `least`, with the ties of the last of those as `ties` says. */
  keepFrom(t: number, least: number, ties?: Ties): void;
  /** Masks the tokens whose logit is below `t`: as `keepFrom`, but they still count as candidates. At least one token stays. */
  maskBelow(t: number): void;
  /** Keeps the tokens of at least a log-probability, or within 2^-24 of it, and the best `least`. */
  keepProbable(logprob: number, least: number, ties?: Ties): void;
  /** Keeps the tokens whose surprise is nearest to the entropy, that hold a share p of the mass, and at least `least`. */
  keepTypical(p: number, least: number): void;
  /** Keeps the longest run from the best token on that holds at most a share h of the entropy, and at least one token. */
  keepEntropy(h: number): void;
  /** Drops all but the least likely of the tokens of at least a log-probability, if `least` candidates stay. */
  dropTop(logprob: number, least: number): void;
  /** Divides the logits by a temperature. */
  scale(t: number): void;
  /** Gives each kept token another logit. Needs: `listed`. */
  rewrite(logit: (x: number, id: number) => number): void;
  /** What tells a kept token's probability, as it stands now, from its id and its logit as the row has it. */
  snapshot(): (id: number, logit: number) => number | undefined;
}
