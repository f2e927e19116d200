import { define, type OptionValues, ParameterError, shown, type Spec } from "../core/mod.ts";
import { localSpec } from "../core/inside.ts";
import { type ByItem, ofItem, readByItem, saidByItem } from "./_by_item.ts";
import { finite, record } from "./_finite.ts";
import { addPart, partsValue } from "./_parts.ts";
import { sigmoid, softplus } from "./_stable.ts";
import type { RunningSum, ShiftState } from "./shift_state.ts";
import type { UnpairedScore } from "./unpaired_score.ts";

/** Options of {@linkcode unpairedLoss}. */
export interface UnpairedLossOptions<C extends UnpairedScore = UnpairedScore> {
  /** The loss. */
  readonly kind: "bco" | "kto";
  /** How strongly the policy is held to the reference, above 0; 0.1 when absent. */
  readonly beta?: number;
  /**
   * Of `bco`, what rewards are measured from: the mean of all rewards (`pooled`, as TRL; when absent), or the mean of the two classes'
   * means (`balanced`, as the paper). They differ where the classes are of unequal size.
   */
  readonly shift?: "pooled" | "balanced";
  /** The weight of good completions, at least 0, or a function that gives it; 1 when absent. */
  readonly desirableWeight?: number | ((completion: C) => number);
  /** The weight of the others, or a function that gives it; 1 when absent. */
  readonly undesirableWeight?: number | ((completion: C) => number);
}

/** A loss of single completions: what {@linkcode unpairedLoss} makes. */
export interface UnpairedLoss<C extends UnpairedScore = UnpairedScore> {
  /** What was asked for. */
  readonly spec: Spec;
  /** A state that has seen nothing. */
  init(): ShiftState;
  /** Lets the state see a completion. */
  step(state: ShiftState, completion: C): void;
  /** Lets the state see what another has seen. Exact: any split of the completions, merged in any order, gives the same shift. */
  merge(into: ShiftState, from: Readonly<ShiftState>): void;
  /** The shift by what the state has seen; 0 by nothing. */
  finish(state: Readonly<ShiftState>): number;
  /** The loss of a completion, in nats for `bco`, from 0 to its weight for `kto`. */
  value(completion: C, shift: number): number;
  /** Its derivative by the log-probability under the policy; the shift is a constant. */
  slope(completion: C, shift: number): number;
}

/**
 * A loss of completions that were found good or bad one by one: from the log-probability of each under a policy and a reference to a
 * number, and to its derivative. What it is measured from, the shift, is a number too; the state that finds it is the caller's.
 *
 * With `r = logprob - reference`, `s` the sigmoid, `sp(z) = ln(1 + e^z)`, and `w` the weight of its class:
 *
 * | kind | good | bad | shift | source |
 * | --- | --- | --- | --- | --- |
 * | `bco` | `w sp(-(beta r - shift))` | `w sp(beta r - shift)` | mean of `beta r` | BCO, Jung et al. 2024; TRL's `BCOTrainer` |
 * | `kto` | `w s(-beta (r - shift))` | `w s(beta (r - shift))` | `max(0, mean of r)`, of completions of other prompts | KTO, Ethayarajh et al. 2024, eq. 7; TRL's `KTOTrainer` |
 *
 * `step` what the shift is of, then ask for `finish`. For `bco` those are the completions themselves, a batch before its losses; for `kto`
 * they are completions put behind prompts that they do not answer. TRL's `apo_zero_unpaired` is `kto` with the shift 0. BCO's matching of
 * the underlying distributions is a weight of the bad ones, `P / (1 - P + 1e-8)` cut to 0.5..10, P the probability that a prompt is of
 * the good ones.
 * Needs: finite log-probabilities. Gives: the loss of one completion; means are the caller's.
 * Specials: with one class seen the balanced shift is the mean of that. Far from the shift both tend to straight lines (`bco`), or to 0
 * and `w` (`kto`); nothing overflows. Cost: under a microsecond. State: a few numbers; the sums
 * are exact, so states merge, and their order does not matter.
 *
 * @example Two good ones, a bad one, and the two shifts
 * ```ts
 * import { unpairedLoss, type UnpairedScore } from "@sluice/sluice/preference";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const seen: UnpairedScore[] = [
 *   { logprob: -1.875, reference: -2.25, desirable: true },
 *   { logprob: -2.8, reference: -3, desirable: true },
 *   { logprob: -4.375, reference: -4.125, desirable: false },
 * ];
 * for (const [shift, delta, loss] of [["pooled", 0.0108333, 0.6799027], ["balanced", 0.001875, 0.6754933]] as const) {
 *   const bco = unpairedLoss({ kind: "bco", shift });
 *   const state = bco.init();
 *   for (const completion of seen) bco.step(state, completion);
 *   assertAlmostEquals(bco.finish(state), delta, 1e-7);
 *   assertAlmostEquals(bco.value(seen[0], bco.finish(state)), loss, 1e-7);
 * }
 * ```
 *
 * @param options Which loss, and its weights.
 * @returns The loss.
 * @throws {ParameterError} If an option is out of its range, or is not of that kind; from the functions, if a number is missing or not
 * finite, or a state is none.
 */
export function unpairedLoss<C extends UnpairedScore = UnpairedScore>(
  options: UnpairedLossOptions<C>,
): UnpairedLoss<C> {
  return unpairedLossDefinition.call(options) as UnpairedLoss<C>;
}

const WEIGHT = { type: "number", least: 0, help: "the weight" } as const;

const OPTIONS = {
  kind: { type: "choice", words: ["bco", "kto"], help: "the loss" },
  beta: { type: "number", above: 0, default: 0.1, help: "how strongly the policy is held to the reference" },
  shift: { type: "choice", words: ["pooled", "balanced"], optional: true, help: "what rewards are measured from" },
  desirableWeight: {
    type: "data",
    read: readByItem<UnpairedScore>(WEIGHT),
    write: saidByItem,
    default: 1,
    help: "the weight of good completions",
  },
  undesirableWeight: {
    type: "data",
    read: readByItem<UnpairedScore>(WEIGHT),
    write: saidByItem,
    default: 1,
    help: "the weight of the others",
  },
} as const;

/** Its row of the catalogue. A function of the caller's stays in this process. */
export const unpairedLossDefinition = /* @__PURE__ */ define({
  name: "unpairedLoss",
  kind: "preference",
  help: "a loss of completions that are good or bad, from their log-probabilities",
  options: OPTIONS,
  make(options, spec): UnpairedLoss {
    const { kind, shift, desirableWeight, undesirableWeight } = options;
    if (kind === "kto" && shift !== undefined) {
      throw new ParameterError(
        `Cannot use ${WHAT} with shift = ${shift} and the kind "kto": wanted it left out; it is for bco`,
      );
    }
    const local = [desirableWeight, undesirableWeight].some((weight) => typeof weight === "function");
    return lossOf(options, local ? localSpec(WHAT) : spec);
  },
});

const WHAT = "unpairedLoss";

function lossOf(options: OptionValues<typeof OPTIONS>, spec: Spec): UnpairedLoss {
  const { kind, beta, shift } = options;

  function weightOf(completion: UnpairedScore): number {
    const name = completion.desirable ? "desirableWeight" : "undesirableWeight";
    return ofItem(WHAT, `the ${name} of a completion`, WEIGHT, options[name] as ByItem<UnpairedScore>, completion);
  }

  /** How far a completion is from the shift on the side where it should be, times beta; and which side that is. */
  function marginOf(completion: UnpairedScore, from: number): [margin: number, sign: number] {
    const ratio = ratioOf(completion);
    finite(WHAT, "a completion", "shift", from, ", as finish gives it");
    const sign = completion.desirable ? 1 : -1;
    return [sign * (kind === "bco" ? beta * ratio - from : beta * (ratio - from)), sign];
  }

  return {
    spec,
    init: () => ({ desirable: { count: 0, parts: [] }, undesirable: { count: 0, parts: [] } }),
    step(state, completion) {
      const ratio = ratioOf(completion);
      const { desirable, undesirable } = stateOf(state);
      add(completion.desirable ? desirable : undesirable, kind === "bco" ? beta * ratio : ratio);
    },
    merge(into, from) {
      const to = stateOf(into), other = stateOf(from);
      for (const side of ["desirable", "undesirable"] as const) {
        to[side].count += other[side].count;
        for (const part of [...other[side].parts]) addPart(to[side].parts, part);
      }
    },
    finish(state) {
      const { desirable, undesirable } = stateOf(state);
      if (kind === "kto") return Math.max(0, pooled(desirable, undesirable));
      const balanced = shift === "balanced" && desirable.count > 0 && undesirable.count > 0;
      return balanced ? (meanOf(desirable) + meanOf(undesirable)) / 2 : pooled(desirable, undesirable);
    },
    value(completion, from) {
      const [margin] = marginOf(completion, from);
      return weightOf(completion) * (kind === "bco" ? softplus(-margin) : sigmoid(-margin));
    },
    slope(completion, from) {
      const [margin, sign] = marginOf(completion, from);
      const fall = sigmoid(-margin) * (kind === "bco" ? 1 : sigmoid(margin));
      return -sign * beta * weightOf(completion) * fall;
    },
  };
}

/** The log-ratio of a completion, checked. */
function ratioOf(completion: UnpairedScore): number {
  const { logprob, reference, desirable } = record(WHAT, completion, "a completion, { logprob, reference, desirable }");
  if (typeof desirable !== "boolean") {
    throw new ParameterError(
      `Cannot use ${WHAT} on a completion whose desirable is ${shown(desirable)}: wanted true or false`,
    );
  }
  const hint = "; leave completions with a masked token out";
  return finite(WHAT, "a completion", "logprob", logprob, hint) -
    finite(WHAT, "a completion", "reference", reference, hint);
}

/** Puts a number into a sum. */
function add(into: RunningSum, value: number): void {
  into.count++;
  addPart(into.parts, value);
}

/** The mean of one class; 0 of none. */
function meanOf({ count, parts }: Readonly<RunningSum>): number {
  return partsValue(parts) / Math.max(1, count);
}

/** The mean of all. */
function pooled(a: Readonly<RunningSum>, b: Readonly<RunningSum>): number {
  const parts = [...a.parts];
  for (const part of b.parts) addPart(parts, part);
  return meanOf({ count: a.count + b.count, parts });
}

/** A state, which may come from elsewhere. */
function stateOf(state: ShiftState): ShiftState {
  const sums = [Object(state).desirable, Object(state).undesirable] as (RunningSum | undefined)[];
  const fits = sums.every((sum) =>
    Number.isSafeInteger(sum?.count) && sum!.count >= 0 && Array.isArray(sum!.parts) &&
    sum!.parts.every(Number.isFinite)
  );
  if (fits) return state;
  throw new ParameterError(`Cannot use ${WHAT} with the state ${shown(state)}: wanted one that init gave`);
}
