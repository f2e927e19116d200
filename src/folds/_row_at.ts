import { ParameterError, shown } from "../core/mod.ts";
import { valueAt } from "./_fields.ts";

/** The values of a row, as many as wanted, all of them numbers. */
export function rowAt(what: string, path: string, width: number): (item: unknown) => ArrayLike<number> {
  const find = valueAt(path);
  return (item) => checkedRow(what, path, width, find(item));
}

/** A list of so many numbers; refuses any other. */
export function checkedRow(what: string, path: string, width: number, value: unknown): ArrayLike<number> {
  const row = value as ArrayLike<unknown> | undefined;
  const list = typeof row === "object" && row !== null && row.length === width;
  if (list && (ArrayBuffer.isView(row) || Array.prototype.every.call(row, (x) => typeof x === "number"))) {
    return row as ArrayLike<number>;
  }
  const found = typeof row === "object" && row !== null && Number.isSafeInteger(row.length)
    ? `${row.length} values`
    : shown(value);
  throw new ParameterError(`Cannot use ${what} on an item whose "${path}" is ${found}: wanted ${width} numbers`);
}
