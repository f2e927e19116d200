/** Most characters of a text. */
const MOST = 200;

/**
 * A value in an error's text: of whatever type, never long, and so that it can be told from what was wanted.
 *
 * @example A number in quotes is none
 * ```ts
 * import { shown } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([shown("0.5"), shown(0.5), shown([0.5]), shown(null)], ['"0.5"', "0.5", "a list", "null"]);
 * assertEquals([shown({}), shown(new Int32Array(2))], ["an object", "an Int32Array"]);
 * ```
 *
 * @param value The value.
 * @returns Its text.
 */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? `${value}n` : "a bigint beyond 64 bits";
  // Without quotes "0.5" would read as a number in range.
  if (typeof value === "string") return Number.isNaN(Number(value)) ? cut(value) : `"${cut(value)}"`;
  if (Array.isArray(value)) return value.length === 0 ? "[]" : "a list";
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return kind === "Object" ? "an object" : `${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}`;
}

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)}...` : text;
}
