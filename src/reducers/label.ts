import { checkIds, define, type Reducer, ShapeError } from "../core/mod.ts";
import { listOf } from "./_list_of.ts";
import { pickedReducer, SCORE_FIELDS, type TargetScore } from "./_picked.ts";

/** Options of {@linkcode label}. */
export interface LabelOptions {
  /** The rank of each label: 1 + how many logits are larger. */
  readonly rank?: boolean;
  /** Scores row i against label i + 1, as for next-token logits beside their own input tokens; the last row has none. */
  readonly shift?: boolean;
  /** The label of rows to leave out; -100 when absent. */
  readonly ignore?: number;
}

/**
 * The logit and log-probability of each row's own label: one id a row.
 *
 * `undefined` for rows without a label (`ignore`, or the last under `shift`). Sum up with `LabelSummary`: mean negative
 * log-likelihood and perplexity. Specials and cost: as `target`.
 *
 * @example A row without a label
 * ```ts
 * import { fromArray, label, reduce } from "@sluice/sluice";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const logits = fromArray([0, 0, 1, 0], { vocabulary: 2 });
 * const rows = await Array.fromAsync(reduce(logits, { y: label([1, -100]) }));
 * assertAlmostEquals(rows[0].y!.logprob, -Math.LN2, 1e-6);
 * assertEquals(rows[1].y, undefined);
 * ```
 *
 * @param labels One id a row, counted from the source's row 0.
 * @param options Rank, shift, the label to ignore.
 * @returns The reducer.
 * @throws {ShapeError} If there are not as many labels as rows; where only the end of the logits tells how many rows there are, at the end.
 * @throws {ParameterError} If a label is neither `ignore` nor below the vocabulary.
 */
export function label(
  labels: ArrayLike<number>,
  options: LabelOptions = {},
): Reducer<TargetScore | undefined> {
  return labelDefinition.call(options, labels);
}

/** Its row of the catalogue. */
export const labelDefinition = /* @__PURE__ */ define({
  name: "label",
  kind: "reducer",
  help: "logit and log-probability of each row's own label",
  options: {
    labels: {
      type: "data",
      read: (what, _name, value) => listOf(what, value as ArrayLike<number>),
      argument: true,
      help: "one id a row",
    },
    ignore: { type: "whole", least: -9007199254740991, default: -100, help: "the label of rows to leave out" },
    shift: { type: "flag", default: false, help: "row i is scored against label i + 1; the last has none" },
    rank: { type: "flag", default: false, help: "the rank of each: 1 + how many logits are larger" },
  },
  result: { fields: SCORE_FIELDS, optional: true },
  make({ labels, ignore, shift, rank }, spec): Reducer<TargetScore | undefined> {
    const kept = labels.filter((id) => id !== ignore);
    checkIds("label", kept);

    /** The row's own label, if it has one. */
    function idsOf(row: number): number[] {
      if (row >= labels.length) throw wrongLength(labels.length, `a row ${row}`);
      const id = shift ? labels[row + 1] : labels[row];
      return id === undefined || id === ignore ? [] : [id];
    }

    return pickedReducer(spec, {
      rank,
      list: false,
      idsOf,
      check(vocabulary, rows) {
        checkIds("label", kept, vocabulary);
        if (rows !== undefined && rows !== labels.length) throw wrongLength(labels.length, `${rows} rows`);
      },
      result: ([score]) => score,
    });
  },
});

function wrongLength(labels: number, rows: string): ShapeError {
  return new ShapeError(`Cannot use ${labels} labels: the logits have ${rows}, wanted one label a row`);
}
