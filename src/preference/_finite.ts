import { ParameterError, shown } from "../core/mod.ts";

/** A number of what a loss is asked about, or a refusal: a NaN or an infinite score would spoil every mean that it comes into. */
export function finite(what: string, of: string, name: string, value: unknown, hint = ""): number {
  if (Number.isFinite(value)) return value as number;
  throw new ParameterError(
    `Cannot use ${what} on ${of} whose ${name} is ${shown(value)}: wanted a finite number${hint}`,
  );
}

/** What a loss is asked about must be an object. */
export function record(what: string, value: unknown, wanted: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Readonly<Record<string, unknown>>;
  throw new ParameterError(`Cannot use ${what} on ${shown(value)}: wanted ${wanted}`);
}
