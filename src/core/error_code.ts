import { type ErrorCode, ERRORS } from "./errors.ts";

/**
 * The catalogue's code of an error, if it has one.
 *
 * @example Ours and another's
 * ```ts
 * import { errorCode, ParameterError } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(errorCode(new ParameterError("k is 0", "E_K_RANGE")), "E_K_RANGE");
 * assertEquals(errorCode(new Error("other")), undefined);
 * ```
 *
 * @param error Anything thrown.
 * @returns The code, or `undefined` for errors that are not ours.
 */
export function errorCode(error: unknown): ErrorCode | undefined {
  if (error instanceof DOMException && error.name === "AbortError") return "E_ABORTED";
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" && Object.hasOwn(ERRORS, code) ? code as ErrorCode : undefined;
}
