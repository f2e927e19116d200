import { wholeFault } from "../core/mod.ts";
import {
  addExact,
  addProduct,
  canonicalExact,
  exactDeviation,
  exactFault,
  type ExactTotal,
  exactTotal,
  exactValue,
  mergeExact,
} from "../row/inside.ts";

/** Count, sum and squares of numbers, exact: what a mean and its standard error are made of. */
export interface Spread {
  count: number;
  readonly sum: ExactTotal;
  readonly squares: ExactTotal;
}

export function spread(): Spread {
  return { count: 0, sum: exactTotal(), squares: exactTotal() };
}

export function addTo(into: Spread, x: number): void {
  into.count++;
  addExact(into.sum, x);
  addProduct(into.squares, x, x);
}

export function mergeSpread(into: Spread, from: Readonly<Spread>): void {
  into.count += from.count;
  mergeExact(into.sum, from.sum);
  mergeExact(into.squares, from.squares);
}

export function canonicalSpread({ count, sum, squares }: Readonly<Spread>): Spread {
  return { count, sum: canonicalExact(sum), squares: canonicalExact(squares) };
}

export function spreadFault({ count, sum, squares }: Readonly<Spread>): string | undefined {
  return wholeFault("count", count, 0, Number.MAX_SAFE_INTEGER) ?? exactFault("sum", sum) ??
    exactFault("squares", squares);
}

/** NaN of nothing. */
export function meanOf({ count, sum }: Readonly<Spread>): number {
  return exactValue(sum) / count;
}

/** `sum (x - mean)^2 / (n - 1)`; NaN of fewer than two numbers, or where one is not finite. */
export function varianceOf({ count, sum, squares }: Readonly<Spread>): number {
  return count < 2 ? NaN : exactDeviation(count, sum, squares) / (count - 1);
}

/** The root of that. */
export function deviationOf(numbers: Readonly<Spread>): number {
  return Math.sqrt(varianceOf(numbers));
}

/** The standard error of the mean. */
export function errorOf(numbers: Readonly<Spread>): number {
  return deviationOf(numbers) / Math.sqrt(numbers.count);
}

/** What folds of one spread share. */
export const SPREAD_STATE = {
  init: spread,
  merge: mergeSpread,
  canonical: canonicalSpread,
  validate: spreadFault,
};
