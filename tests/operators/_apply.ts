import type { Operator } from "@sluice/sluice/core";
import { TILE } from "@sluice/sluice/kernels";
import { fromArray } from "@sluice/sluice/sources";
import { logitsOf } from "../sources/_bytes.ts";

/** Hard logits for any operator. */
export const SPECIALS: readonly number[] = [
  ...[0, -0, 1, -1, 0.1, 1e-45, -1e-45, 1e-38, 3.4e38, -3.4e38],
  ...[NaN, Infinity, -Infinity, 29.9, 30, 1000, -1000, 2 ** -126],
];

/** What an operator makes of one row: by `apply` a tile at a time. */
export function applied<T extends Float32Array | Float64Array>(operator: Operator, logits: T): T {
  const values = logits.slice() as T;
  for (let start = 0; start < values.length; start += TILE) {
    operator.apply({ values: values.subarray(start, start + TILE), row: 0, start });
  }
  return values;
}

/** The same by its stream, in chunks of `chunk` logits. */
export async function streamed(
  operator: Operator,
  logits: Float32Array | Float64Array,
  chunk: number,
): Promise<number[]> {
  return await logitsOf(fromArray(logits, { chunk }).pipe(operator).open());
}
