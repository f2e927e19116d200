import { define, type Reducer } from "../core/mod.ts";
import { crossOf } from "./_cross.ts";
import { labelDefinition } from "./label.ts";
import { listOf } from "./_list_of.ts";
import { hasNone } from "./_pair.ts";

/** What {@linkcode labelCurvature} gives of a row that has a label. */
export interface LabelCurvature {
  /** `(logprob - mean) / sqrt(variance)`; NaN where the scoring model masks an id that the reference allows. */
  readonly curvature: number;
  /** The log-probability of the label by the scoring model, in nats. */
  readonly logprob: number;
  /** The mean of the scoring model's log-probabilities under the reference, in nats; of equal models the entropy, negated. */
  readonly mean: number;
  /** Their variance, in nats squared. */
  readonly variance: number;
}

/** Options of {@linkcode labelCurvature}. */
export interface LabelCurvatureOptions {
  /** Scores row i against label i + 1; the last row has none. */
  readonly shift?: boolean;
  /** The label of rows to leave out; -100 when absent. */
  readonly ignore?: number;
}

/**
 * Conditional probability curvature: by how many standard deviations each row's label is likelier to a scoring model than what a reference
 * model would have written: `(ln s(y) - E_r[ln s]) / sqrt(Var_r[ln s])`. Text of machines scores high, that of people about 0.
 *
 * Of a text fold the rows by `curvature({ logprob: "y.logprob", expected: "y.mean", variance: "y.variance" })` of `./folds`: it takes
 * `sum (logprob - mean) / sqrt(sum variance)`.
 *
 * Needs: two aligned streams, which may be the same, and a label a row. Gives: a record a row; `undefined` for a row without a label.
 * Specials: NaN where either row has NaN or +Infinity, or no allowed token; where the scoring model masks an id that the reference allows, the mean
 * is -Infinity, the variance Infinity, and the curvature NaN, for it is not defined; 0 where nothing varies and the label is what is certain.
 * Accuracy: 2e-6 for mean and log-probability, as {@linkcode gapVariance} for the variance. Cost: one read, a third more than both log-sum-exps.
 * Source: Bao et al. 2024, Fast-DetectGPT, the analytic criterion.
 *
 * @example A label that is as likely as those the reference writes
 * ```ts
 * import { labelCurvature, reduceRow } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = { reference: Float32Array.of(0, 0, -Infinity), score: Float32Array.of(1, -1, -Infinity) };
 * const { y } = reduceRow(rows, { y: labelCurvature("reference", "score", [0]) });
 * assertAlmostEquals(y!.curvature, 1, 1e-5);
 * ```
 *
 * @param reference The stream whose softmax weighs: the model that may have written the text.
 * @param score The stream of the scoring model.
 * @param labels One id a row, counted from the source's row 0.
 * @param options Shift, the label to ignore.
 * @returns The reducer.
 * @throws {ShapeError} If there are not as many labels as rows.
 * @throws {ParameterError} If a label is neither `ignore` nor below the vocabulary, a name is not text, or there is no such stream.
 */
export function labelCurvature(
  reference: string,
  score: string,
  labels: ArrayLike<number>,
  options: LabelCurvatureOptions = {},
): Reducer<LabelCurvature | undefined> {
  return labelCurvatureDefinition.call(options, reference, score, labels);
}

/** Its row of the catalogue. */
export const labelCurvatureDefinition = /* @__PURE__ */ define({
  name: "labelCurvature",
  kind: "reducer",
  help: "how much likelier a label is than what a reference writes",
  options: {
    reference: { type: "text", argument: true, help: "the stream whose softmax weighs" },
    score: { type: "text", argument: true, help: "the stream of the scoring model" },
    labels: {
      type: "data",
      read: (what, _name, value) => listOf(what, value as ArrayLike<number>),
      argument: true,
      help: "one id a row",
    },
    ignore: { type: "whole", least: -9007199254740991, default: -100, help: "the label of rows to leave out" },
    shift: { type: "flag", default: false, help: "row i is scored against label i + 1; the last has none" },
  },
  result: {
    optional: true,
    fields: {
      curvature: { type: "number", help: "its distance in standard deviations" },
      logprob: { type: "number", help: "the label's log-probability by the scoring model" },
      mean: { type: "number", help: "the mean of such under the reference" },
      variance: { type: "number", help: "their variance" },
    },
  },
  make({ reference, score, labels, ignore, shift }, spec): Reducer<LabelCurvature | undefined> {
    const { init, step, stepBlock, merge, validate, finish, check } = labelDefinition.of({ labels, ignore, shift });
    const cross = crossOf(reference, score, "logit", true);
    return {
      spec,
      streams: [reference, score],
      facts: [cross.fact],
      fields: { names: ["curvature", "logprob", "mean", "variance"] },
      check: check!,
      init,
      step: (state, _reference, scored) => step(state, scored),
      stepBlock: (state, _reference, scored) => stepBlock!(state, scored),
      merge,
      validate: (state, folded) => validate!(state, folded.of(score)),
      finish(state, row) {
        const scored = row.of(score), label = finish(state, scored);
        if (!label) return undefined;
        if (hasNone(row, scored)) return { curvature: NaN, logprob: NaN, mean: NaN, variance: NaN };
        const { logprob } = label, { mean: logit, variance, apart } = cross.read(row);
        if (apart > 0) return { curvature: NaN, logprob, mean: -Infinity, variance: Infinity };
        const mean = (logit - scored.maximum) - scored.logSum, above = logprob - mean;
        return {
          curvature: variance === 0 && Math.abs(above) < 1e-6 ? 0 : above / Math.sqrt(variance),
          logprob,
          mean,
          variance,
        };
      },
    };
  },
});
