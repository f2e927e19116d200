import { ParameterError, ShapeError } from "./errors.ts";
import { optionsOf } from "./options_of.ts";
import type { Range } from "./range.ts";
import type { Shape } from "./shape.ts";
import { shown } from "./shown.ts";

/**
 * Refuses anything but a whole number of at least `least`.
 *
 * @example A limit of one and a half
 * ```ts
 * import { checkWhole, ParameterError } from "@sluice/sluice/core";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkWhole("limit", 1.5, 1), ParameterError, "limit 1.5: wanted a whole number of at least 1");
 * ```
 *
 * @param what What the error calls it.
 * @param value The number.
 * @param least The smallest that will do.
 * @throws {ParameterError} If it is anything else.
 */
export function checkWhole(what: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ParameterError(`Cannot use ${what} ${shown(value)}: wanted a whole number of at least ${least}`);
  }
}

/**
 * Refuses anything but a finite number greater than 0.
 *
 * @example Temperature zero
 * ```ts
 * import { checkPositive, ParameterError } from "@sluice/sluice/core";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkPositive("temperature", 0), ParameterError, "temperature 0");
 * ```
 *
 * @param what What the error calls it.
 * @param value The number.
 * @throws {ParameterError} If it is anything else.
 */
export function checkPositive(what: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) {
    throw new ParameterError(`Cannot use ${what} ${shown(value)}: wanted a finite number greater than 0`);
  }
}

/**
 * Refuses ids that are not whole, or not below the vocabulary where that is given.
 *
 * @example One past the last id
 * ```ts
 * import { checkIds, ParameterError } from "@sluice/sluice/core";
 * import { assertThrows } from "@std/assert";
 *
 * checkIds("target", [0, 2], 3);
 * assertThrows(() => checkIds("target", [0, 3], 3), ParameterError, "id 3 in target: wanted 0 to 2");
 * ```
 *
 * @param what What the error calls it.
 * @param ids The ids.
 * @param vocabulary How many ids there are; unbounded when absent.
 * @throws {ParameterError} At the first id that does not fit.
 */
export function checkIds(what: string, ids: Iterable<number>, vocabulary?: number): void {
  for (const id of ids) {
    if (!Number.isSafeInteger(id) || id < 0 || (vocabulary !== undefined && id >= vocabulary)) {
      const wanted = vocabulary === undefined ? "a whole number of at least 0" : `0 to ${vocabulary - 1}`;
      throw new ParameterError(`Cannot use id ${shown(id)} in ${what}: wanted ${wanted}`);
    }
  }
}

/**
 * A shape checked and frozen.
 *
 * @example No vocabulary
 * ```ts
 * import { checkShape, ShapeError } from "@sluice/sluice/core";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const shape = checkShape("rows", { rows: 2, vocabulary: 3, dtype: "f32" });
 * assertEquals([shape.vocabulary, Object.isFrozen(shape)], [3, true]);
 * assertThrows(() => checkShape("rows", { ...shape, vocabulary: 0 }), ShapeError, "the vocabulary is 0");
 * ```
 *
 * @param what What the error calls it.
 * @param shape The shape.
 * @returns The shape itself if it is frozen, else a frozen copy.
 * @throws {ShapeError} If it has no rows or no vocabulary (`E_EMPTY`).
 */
export function checkShape(what: string, shape: Shape): Shape {
  if (typeof shape !== "object" || shape === null) {
    throw new ShapeError(`Cannot read ${what}: its shape is ${shown(shape)}, wanted { rows, vocabulary, dtype }`);
  }
  if (!Number.isSafeInteger(shape.vocabulary) || shape.vocabulary < 1) {
    throw new ShapeError(
      `Cannot read ${what}: the vocabulary is ${shown(shape.vocabulary)}, wanted at least 1`,
      "E_EMPTY",
    );
  }
  if (shape.rows !== undefined && (!Number.isSafeInteger(shape.rows) || shape.rows < 1)) {
    throw new ShapeError(`Cannot read ${what}: it has ${shown(shape.rows)} rows, wanted at least 1`, "E_EMPTY");
  }
  return Object.isFrozen(shape) ? shape : Object.freeze({ ...shape });
}

function checkInterval(what: string, interval: readonly [number, number], size: number | undefined): void {
  if (!Array.isArray(interval) || interval.length !== 2) {
    throw new ParameterError(`Cannot read ${what} ${shown(interval)}: wanted [from, to]`);
  }
  const [from, to] = interval;
  const whole = Number.isSafeInteger(from) && (Number.isSafeInteger(to) || to === Infinity);
  if (!whole || from < 0 || to <= from || (size !== undefined && to > size)) {
    const limit = size === undefined ? "" : ` <= ${size}`;
    throw new ParameterError(`Cannot read ${what} ${shown(from)}:${shown(to)}: wanted 0 <= from < to${limit}`);
  }
}

/**
 * Refuses what is no signal to stop by.
 *
 * @example The controller instead of its signal
 * ```ts
 * import { checkSignal, ParameterError } from "@sluice/sluice/core";
 * import { assertThrows } from "@std/assert";
 *
 * const stop = new AbortController();
 * checkSignal(stop.signal);
 * assertThrows(() => checkSignal(stop), ParameterError, "Cannot stop by an AbortController: wanted an AbortSignal");
 * ```
 *
 * @param signal What was given; nothing will do.
 * @throws {ParameterError} If it is anything else.
 */
export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return;
  const { addEventListener, throwIfAborted } = (signal ?? {}) as Partial<AbortSignal>;
  if (typeof addEventListener === "function" && typeof throwIfAborted === "function") return;
  throw new ParameterError(`Cannot stop by ${shown(signal)}: wanted an AbortSignal`);
}

/**
 * A range with nothing left open: checked against the shape. `rows[1]` is Infinity where only the end will tell.
 *
 * @example Open ends, and a row too many
 * ```ts
 * import { checkRange, ParameterError } from "@sluice/sluice/core";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const shape = { rows: 2, vocabulary: 3, dtype: "f32" } as const;
 * assertEquals(checkRange(shape, { columns: [1, 3] }), { rows: [0, 2], columns: [1, 3] });
 * assertThrows(() => checkRange(shape, { rows: [0, 3] }), ParameterError, "rows 0:3: wanted 0 <= from < to <= 2");
 * ```
 *
 * @param shape What there is.
 * @param range What is asked for; all of it when absent.
 * @returns Both intervals.
 * @throws {ParameterError} If an interval is empty or goes past the shape, or there is more in the range than a range has.
 */
export function checkRange(
  shape: Shape,
  range: Range = {},
): { rows: readonly [number, number]; columns: readonly [number, number] } {
  const { signal, reuse } = optionsOf("open", range, ["rows", "columns", "signal", "reuse"]);
  checkSignal(signal);
  if (reuse !== undefined && typeof reuse !== "boolean") {
    throw new ParameterError(`Cannot use open with reuse = ${shown(reuse)}: wanted true or false`);
  }
  const rows = range.rows ?? [0, shape.rows ?? Infinity];
  const columns = range.columns ?? [0, shape.vocabulary];
  checkInterval("rows", rows, shape.rows);
  checkInterval("columns", columns, shape.vocabulary);
  return { rows, columns };
}
