import { ParameterError } from "./errors.ts";
import type { Operator } from "./operator.ts";
import { shown } from "./shown.ts";

/**
 * Refuses what is no operator.
 *
 * @example A factory that was not called
 * ```ts
 * import { checkOperators, ParameterError } from "@sluice/sluice/core";
 * import { temperature } from "@sluice/sluice/operators";
 * import { assertThrows } from "@std/assert";
 *
 * checkOperators([temperature(0.8)]);
 * assertThrows(() => checkOperators([temperature]), ParameterError, "Cannot pipe through a function: wanted an operator");
 * ```
 *
 * @param values What was given.
 * @throws {ParameterError} At the first that is anything else.
 */
export function checkOperators(values: readonly unknown[]): asserts values is readonly Operator[] {
  const wrong = (Array.isArray(values) ? values : [values]).filter((value) => !isOperator(value));
  if (wrong.length > 0) throw new ParameterError(`Cannot pipe through ${found(wrong[0])}`);
}

function isOperator(value: unknown): boolean {
  const { spec, apply, stream } = (value ?? {}) as Partial<Operator>;
  return typeof spec?.name === "string" && typeof apply === "function" && typeof stream === "function";
}

/** What was found, what was wanted, and where it helps what to do. */
function found(value: unknown): string {
  const stage = (value as Partial<Operator> | null | undefined)?.spec?.name;
  if (typeof stage === "string") return `${stage}: wanted an operator; the stages of a sampler go into its chain`;
  const wanted = `${shown(value)}: wanted an operator, as temperature(0.8) gives it`;
  if (typeof value === "function") return `${wanted}; call ${value.name || "it"} first`;
  return value instanceof TransformStream
    ? `${wanted}; open() gives the chunks that a stream is piped through`
    : wanted;
}
