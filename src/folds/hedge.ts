import { exp, ln } from "../../kernels/mod.ts";
import { define, type Fold, ParameterError, shown } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";

/** Options of {@linkcode hedge}. */
export interface HedgeOptions {
  /** How fast weights move, above 0. With 1 and log-probabilities the mixture is the Bayesian one. */
  readonly eta: number;
  /** The paths of the experts' log-probabilities in a row; an expert without one sleeps in that row. */
  readonly experts: readonly string[];
  /** The paths of guesses of the experts' losses in a row, made before it, in the same order (optimistic); an expert without one is guessed at 0. */
  readonly hints?: readonly string[];
}

/** What {@linkcode hedge} finds. */
export interface HedgeResult {
  /** How many rows had an expert awake. */
  readonly rows: number;
  /** The loss of the mixture so far, in nats. */
  readonly loss: number;
  /** The loss of each expert; where one slept, it is charged the mixture's. */
  readonly losses: readonly number[];
  /** The weights for the next row: `softmax(-eta losses)`. */
  readonly weights: readonly number[];
  /** `loss` over the best of `losses`: at most `ln(K) / eta`. */
  readonly regret: number;
}

/**
 * Exponential weights over several models, row after row: the weights `softmax(-eta losses)` with each expert's loss `-logprob` so far, and
 * the loss of the mixture, `-(1 / eta) ln sum w e^(-eta loss)` over those that are awake. Sleeping experts are charged the mixture's loss
 * (specialists, Freund et al. 1997). With `hints` M, guesses of the losses to come, a row is mixed by `softmax(-eta (losses + M))`. The
 * weights feed a mixture of probabilities.
 *
 * With all awake and no hints the mixture's loss is `-(1 / eta) (L(-eta losses) - ln K)`, so the regret is at most `ln(K) / eta`.
 * Needs: log-probabilities, in the order of the rows. Gives: {@linkcode HedgeResult}. Specials: an expert at -Infinity has no weight from
 * then on; if all awake ones are, the loss is Infinity. NaN is refused. Not mergeable: the order counts. State: a number an expert.
 *
 * @example Two models on two tokens
 * ```ts
 * import { fold, hedge } from "@sluice/sluice/folds";
 * import { assert, assertAlmostEquals } from "@std/assert";
 *
 * const rows = [{ a: -1, b: -2 }, { a: -1.5, b: -0.25 }];
 * const { mix } = await fold(rows, { mix: hedge({ eta: 1, experts: ["a", "b"] }) });
 * assertAlmostEquals(mix.loss, -Math.log((Math.exp(-2.5) + Math.exp(-2.25)) / 2), 1e-12);
 * assert(mix.regret <= Math.log(2));
 * ```
 *
 * @param options The rate, and where the experts are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a log-probability is none.
 */
export function hedge(options: HedgeOptions): Fold<unknown, HedgeResult> {
  return hedgeDefinition.call(options);
}

interface State {
  rows: number;
  loss: number;
  readonly losses: Float64Array;
}

/** Its row of the catalogue. */
export const hedgeDefinition = /* @__PURE__ */ define({
  name: "hedge",
  kind: "fold",
  help: "exponential weights over several models, with their regret",
  options: {
    eta: { type: "number", above: 0, help: "how fast weights move" },
    experts: { type: "data", read: readPaths, help: "the paths of the experts' log-probabilities" },
    hints: { type: "data", read: readPaths, optional: true, help: "the paths of guesses of their losses" },
  },
  make({ eta, experts, hints = [] }, spec): Fold<unknown, HedgeResult, State> {
    if (hints.length > 0 && hints.length !== experts.length) {
      throw new ParameterError(
        `Cannot use hedge with ${hints.length} hints: wanted one for each of ${experts.length} experts`,
      );
    }
    const finders = experts.map((path) => numberAt("hedge", path));
    const guesses = hints.map((path) => numberAt("hedge", path));
    return {
      spec,
      init: () => ({ rows: 0, loss: 0, losses: new Float64Array(experts.length) }),
      step(state, item) {
        const found = finders.map((find, i) => checkedLoss(experts[i], find(item)));
        if (found.every((loss) => loss === undefined)) return;
        const hinted = state.losses.map((loss, i) => loss + checkedGuess(hints[i], guesses[i]?.(item)));
        const mixed = mixtureLoss(hinted, found, eta);
        state.rows++;
        state.loss += mixed;
        found.forEach((loss, i) => state.losses[i] += loss ?? mixed);
      },
      validate: ({ losses, loss }) =>
        losses.length === experts.length && ![...losses, loss].some(Number.isNaN)
          ? undefined
          : `losses are not those of ${experts.length} experts`,
      finish({ rows, loss, losses }) {
        const least = losses.reduce((a, b) => Math.min(a, b), Infinity);
        const weights = Array.from(losses, (own) => own === least ? 1 : exp(-eta * (own - least)));
        const sum = weights.reduce((a, b) => a + b, 0);
        return {
          rows,
          loss,
          losses: [...losses],
          weights: weights.map((weight) => weight / sum),
          regret: loss === least ? 0 : loss - least,
        };
      },
    };
  },
});

function checkedLoss(path: string, logprob: number | undefined): number | undefined {
  if (logprob === undefined || logprob < Infinity) return logprob === undefined ? undefined : 0 - logprob;
  throw new ParameterError(`Cannot use hedge on a row whose "${path}" is ${logprob}: wanted a log-probability`);
}

function checkedGuess(path: string, guess = 0): number {
  if (Number.isFinite(guess)) return guess;
  throw new ParameterError(`Cannot use hedge on a row whose "${path}" is ${guess}: wanted a finite guess`);
}

/** `-(1 / eta) ln sum w e^(-eta loss)` over the experts that are awake, their weights made to sum to 1. */
function mixtureLoss(losses: Float64Array, found: readonly (number | undefined)[], eta: number): number {
  const awake = found.flatMap((loss, i) => loss === undefined ? [] : [[losses[i], losses[i] + loss]]);
  const before = awake.map(([was]) => was), after = awake.map(([, is]) => is);
  const low = least(before), next = least(after);
  if (next === Infinity) return Infinity;
  const sum = (list: number[], from: number) => list.reduce((total, loss) => total + exp(-eta * (loss - from)), 0);
  return next - low - (ln(sum(after, next)) - ln(sum(before, low))) / eta;
}

function least(list: readonly number[]): number {
  return list.reduce((a, b) => Math.min(a, b), Infinity);
}

function readPaths(what: string, name: string, value: unknown): readonly string[] {
  const paths = Array.isArray(value) ? value : [];
  if (paths.length > 0 && paths.every((path) => typeof path === "string" && path !== "")) return [...paths];
  throw new ParameterError(`Cannot use ${what} with ${name} = ${shown(value)}: wanted a list of paths`);
}
