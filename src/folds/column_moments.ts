import { define, type Fold } from "../core/mod.ts";
import { addExact, addProduct, exactDeviation, exactValue } from "../row/inside.ts";
import { rowAt } from "./_row_at.ts";
import { type Sums, sumsState } from "./_sums.ts";

/** Options of {@linkcode columnMoments}. */
export interface ColumnMomentsOptions {
  /** How many columns a row has. */
  readonly width: number;
  /** The path of the row's values, a list of numbers; `"values"` when absent. */
  readonly values?: string;
}

/** What {@linkcode columnMoments} finds. */
export interface ColumnMomentsResult {
  /** How many rows there were. */
  readonly rows: number;
  /** The mean of each column; NaN without rows. */
  readonly mean: Float64Array;
  /** The variance of each column, `sum (x - mean)^2 / rows`; NaN without rows, or where a value is not finite. */
  readonly variance: Float64Array;
}

/**
 * Mean and variance of each column over rows: the centroid of a class, average logits, Gaussian statistics.
 *
 * Needs: whole rows of values, all of one width. Gives: {@linkcode ColumnMomentsResult}. Specials: as addition has them. Accuracy: sums and
 * squares are exact, so nothing cancels. Mergeable. State: 1.1 KB a column.
 *
 * @example Two rows
 * ```ts
 * import { columnMoments, fold } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [{ values: [1, 5] }, { values: [3, 5] }];
 * const { centroid } = await fold(rows, { centroid: columnMoments({ width: 2 }) });
 * assertEquals([...centroid.mean, ...centroid.variance], [2, 5, 1, 0]);
 * ```
 *
 * @param options The width, and where the values are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a row has not that many values.
 */
export function columnMoments(options: ColumnMomentsOptions): Fold<unknown, ColumnMomentsResult> {
  return columnMomentsDefinition.call(options);
}

/** Its row of the catalogue. */
export const columnMomentsDefinition = /* @__PURE__ */ define({
  name: "columnMoments",
  kind: "fold",
  help: "mean and variance of each column over rows",
  options: {
    width: { type: "whole", least: 1, most: 1048576, help: "how many columns a row has" },
    values: { type: "text", default: "values", help: "the path of the row's values" },
  },
  make({ width, values }, spec): Fold<unknown, ColumnMomentsResult, Sums> {
    const find = rowAt("columnMoments", values, width);
    return {
      spec,
      ...sumsState(2 * width),
      step(state, item) {
        const row = find(item);
        state.count++;
        for (let i = 0; i < width; i++) {
          addExact(state.sums[i], row[i]);
          addProduct(state.sums[width + i], row[i], row[i]);
        }
      },
      finish: ({ count, sums }) => ({
        rows: count,
        mean: Float64Array.from({ length: width }, (_, i) => exactValue(sums[i]) / count),
        variance: Float64Array.from(
          { length: width },
          (_, i) => count === 0 ? NaN : exactDeviation(count, sums[i], sums[width + i]) / count,
        ),
      }),
    };
  },
});
