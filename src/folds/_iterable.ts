import { ParameterError, shown } from "../core/mod.ts";

/** Refuses what cannot be gone through. */
export function iterable<I>(rows: AsyncIterable<I> | Iterable<I>): AsyncIterable<I> | Iterable<I> {
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = Object(rows);
  if (typeof rows !== "string" && (typeof async === "function" || typeof sync === "function")) return rows;
  throw new ParameterError(`Cannot fold ${shown(rows)}: wanted a stream of rows`);
}
