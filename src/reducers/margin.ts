import { exp } from "../../kernels/mod.ts";
import { define, type Reducer } from "../core/mod.ts";
import { type Candidate, topKDefinition } from "./top_k.ts";

/** How far the likeliest token of a row is ahead of the next. */
export interface Margin {
  /** The gap of the two largest logits, `x1 - x2`: the log of their odds. Infinity where only one token is allowed. */
  readonly logit: number;
  /** The gap of their probabilities, `p1 - p2`, from 0 to 1. */
  readonly probability: number;
}

/**
 * The margin of a row: the gap of its two largest logits, and of their probabilities under the softmax.
 *
 * Small margins are what active learning asks about, and where greedy decoding hangs by a thread. Equal logits have margin 0.
 * Specials: both are NaN for a row with NaN or +Infinity, or with no allowed token; with one allowed token the logit margin is
 * Infinity and the probability margin 1. Accuracy: the logit margin is one subtraction in float64, the probability margin 3e-6.
 * Cost: one read, as {@linkcode topK} of 2. State: two values and ids.
 * Source: margin sampling, Scheffer, Decomain and Wrobel 2001.
 *
 * @example The gap between the best and the next
 * ```ts
 * import { fromArray, margin, reduce } from "@sluice/sluice";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const [row] = await Array.fromAsync(reduce(fromArray([1, 3, 2]), { ahead: margin() }));
 * assertEquals(row.ahead.logit, 1);
 * assertAlmostEquals(row.ahead.probability, 0.665241 - 0.244728, 1e-5);
 * ```
 *
 * @returns The reducer.
 */
export function margin(): Reducer<Margin> {
  return marginDefinition.call({});
}

/** Its row of the catalogue. */
export const marginDefinition = /* @__PURE__ */ define({
  name: "margin",
  kind: "reducer",
  help: "the gap of the two largest logits, and of their probabilities",
  options: {},
  result: {
    fields: {
      logit: { type: "number", help: "the gap of the two largest logits" },
      probability: { type: "number", help: "the gap of their probabilities" },
    },
  },
  make(_options, spec): Reducer<Margin> {
    const { init, step, stepBlock, merge, canonical, validate, finish } = topKDefinition.of({ k: 2 });
    return {
      spec,
      needs: "sum",
      fields: { names: ["logit", "probability"] },
      init,
      step,
      stepBlock: stepBlock!,
      merge,
      canonical: canonical!,
      validate: validate!,
      finish: (state, row) => marginOf(finish(state, row)),
    };
  },
});

function marginOf([first, second]: readonly Candidate[]): Margin {
  if (!first || Number.isNaN(first.logprob)) return { logit: NaN, probability: NaN };
  if (!second) return { logit: Infinity, probability: 1 };
  return { logit: first.logit - second.logit, probability: exp(first.logprob) - exp(second.logprob) };
}
