import { ParameterError, ShapeError } from "./errors.ts";
import type { Range } from "./range.ts";
import type { Shape } from "./shape.ts";

/** Refuses anything but a whole number of at least `least`. */
export function checkWhole(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ParameterError(`Cannot use ${what} ${value}: wanted a whole number of at least ${least}`);
  }
}

/** Refuses k that is not a whole number of at least 1. */
export function checkK(what: string, k: number): void {
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new ParameterError(
      `Cannot use ${what} with k = ${k}: wanted a whole number of at least 1 (to have none, leave it out)`,
      "E_K_RANGE",
    );
  }
}

/** Refuses anything but a finite number greater than 0. */
export function checkPositive(what: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) {
    throw new ParameterError(`Cannot use ${what} ${value}: wanted a finite number greater than 0`);
  }
}

/** Refuses ids that are not whole, or not below the vocabulary where that is given. */
export function checkIds(what: string, ids: Iterable<number>, vocabulary?: number): void {
  for (const id of ids) {
    if (!Number.isSafeInteger(id) || id < 0 || (vocabulary !== undefined && id >= vocabulary)) {
      const wanted = vocabulary === undefined ? "a whole number of at least 0" : `0 to ${vocabulary - 1}`;
      throw new ParameterError(`Cannot use id ${id} in ${what}: wanted ${wanted}`);
    }
  }
}

/** A shape checked and frozen. */
export function checkShape(what: string, shape: Shape): Shape {
  if (!Number.isSafeInteger(shape.vocabulary) || shape.vocabulary < 1) {
    throw new ShapeError(`Cannot read ${what}: the vocabulary is ${shape.vocabulary}, wanted at least 1`, "E_EMPTY");
  }
  if (shape.rows !== undefined && (!Number.isSafeInteger(shape.rows) || shape.rows < 1)) {
    throw new ShapeError(`Cannot read ${what}: it has ${shape.rows} rows, wanted at least 1`, "E_EMPTY");
  }
  return Object.isFrozen(shape) ? shape : Object.freeze({ ...shape });
}

function checkInterval(what: string, [from, to]: readonly [number, number], size: number | undefined): void {
  const whole = Number.isSafeInteger(from) && (Number.isSafeInteger(to) || to === Infinity);
  if (!whole || from < 0 || to <= from || (size !== undefined && to > size)) {
    const limit = size === undefined ? "" : ` <= ${size}`;
    throw new ParameterError(`Cannot read ${what} ${from}:${to}: wanted 0 <= from < to${limit}`);
  }
}

/** A range with nothing left open: checked against the shape. `rows[1]` is Infinity where only the end will tell. */
export function checkRange(
  shape: Shape,
  range: Range = {},
): { rows: readonly [number, number]; columns: readonly [number, number] } {
  const rows = range.rows ?? [0, shape.rows ?? Infinity];
  const columns = range.columns ?? [0, shape.vocabulary];
  checkInterval("rows", rows, shape.rows);
  checkInterval("columns", columns, shape.vocabulary);
  return { rows, columns };
}
