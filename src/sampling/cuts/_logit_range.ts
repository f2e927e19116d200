// Ranges of logits.
import { numberAt, placeOf } from "./_float_order.ts";

/** Logits as the row has them, from `low` to below `high`. */
export interface LogitRange {
  readonly low: number;
  readonly high: number;
}

/** All logits. */
export const EVERY: LogitRange = { low: -Infinity, high: Infinity };

/** The next number above. */
export function nextAbove(x: number): number {
  return Math.abs(x) < Infinity ? numberAt(placeOf(x) + 1n) : x;
}

/** The next number below. */
export function nextBelow(x: number): number {
  return -nextAbove(-x);
}
