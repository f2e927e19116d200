import { ParameterError } from "./errors.ts";
import type { Logits } from "./logits.ts";
import { shown } from "./shown.ts";

/**
 * Refuses what is no logits, and says how to make some of it.
 *
 * @example A plain list
 * ```ts
 * import { checkLogits, ParameterError } from "@sluice/sluice/core";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertThrows } from "@std/assert";
 *
 * checkLogits("reduce", fromArray([1, 2, 3]));
 * assertThrows(() => checkLogits("reduce", [1, 2, 3]), ParameterError, "Cannot reduce a list: wanted logits; fromArray");
 * ```
 *
 * @param verb What was to be done with them.
 * @param value What was given.
 * @throws {ParameterError} If it is anything else.
 */
export function checkLogits(verb: string, value: unknown): asserts value is Logits {
  const { shape, spec, open, pipe } = (value ?? {}) as Partial<Logits>;
  if (isObject(shape) && isObject(spec) && typeof open === "function" && typeof pipe === "function") return;
  throw new ParameterError(`Cannot ${verb} ${shown(value)}: wanted logits; ${hintFor(value)}`);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function hintFor(value: unknown): string {
  if (typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function") return "await it first";
  if (typeof value === "function") return "call it first";
  if (value instanceof ReadableStream) return "fromStream makes them of it";
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return "fromArray makes them of it";
  if (typeof value === "string" || value instanceof URL) return "fromFile and fromUrl make them of it";
  return "fromArray, fromFile, fromStream and fromUrl make them";
}
