import { ParameterError } from "../core/mod.ts";

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "bigint") return String(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Float64Array);
  return value;
}

/**
 * A value as one line of NDJSON, newline included.
 *
 * Numbers are the shortest that read back the same (an f32 is written as the f64 that it is; -0 becomes 0, as in JSON).
 * NaN and the infinities become the strings `"NaN"`, `"Infinity"`, `"-Infinity"`; typed arrays arrays; a bigint the
 * string of its digits. Fields that are `undefined` are left out.
 *
 * @example Infinities and typed arrays as JSON
 * ```ts
 * import { ndjsonLine } from "@sluice/sluice/sinks";
 * import { assertEquals } from "@std/assert";
 *
 * const line = ndjsonLine({ lse: -Infinity, ids: Uint32Array.of(1, 2), label: undefined });
 * assertEquals(line, '{"lse":"-Infinity","ids":[1,2]}\n');
 * ```
 *
 * @param value What to write.
 * @returns Its line.
 * @throws {ParameterError} If it is nothing that JSON has, as `undefined` or a function.
 */
export function ndjsonLine(value: unknown): string {
  const text = JSON.stringify(value, plain);
  if (text === undefined) throw new ParameterError(`Cannot write ${typeof value} as a line: wanted a value of JSON`);
  return text + "\n";
}
