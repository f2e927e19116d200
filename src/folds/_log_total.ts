import { exp, ln } from "../../kernels/mod.ts";
import { ParameterError, shown } from "../core/mod.ts";
import {
  addExact,
  canonicalExact,
  exactFault,
  type ExactTotal,
  exactTotal,
  exactUnits,
  mergeExact,
} from "../row/inside.ts";
import { toNumber, UNIT } from "../row/mod.ts";

/** ln 2 as two numbers: products of the first with whole numbers up to 2^20 are exact. */
const LN2_HIGH = 0.6931471803691238, LN2_LOW = 1.9082149292705877e-10;

/** Binades of a window. */
const WINDOW = 512;

/** Beyond, an exponent has no digits left for its fraction. */
const MOST = 2 ** 31;

/**
 * The sum of exponentials of numbers of any size, exact once each exponential is rounded: any order, any split, the same bits. It keeps the
 * window of binades that holds the largest, and the one below it. What lies lower is below 2^-512 of the sum; whether it is dropped
 * depends on the largest of all, not on when it came: a window that is kept at the end was never one to be dropped.
 */
export interface LogTotal {
  /** The number of the highest window; -Infinity of nothing. */
  top: number;
  /** Of that window, in units of its lowest binade; and of the one below. */
  high: ExactTotal;
  low: ExactTotal;
  /** How many were NaN, and +Infinity. */
  nan: number;
  posInf: number;
}

/** The sum of nothing: its logarithm is -Infinity. */
export function logTotal(): LogTotal {
  return { top: -Infinity, high: exactTotal(), low: exactTotal(), nan: 0, posInf: 0 };
}

/** Adds `e^x`. */
export function addLog(what: string, into: LogTotal, x: number): void {
  if (Number.isNaN(x)) into.nan++;
  else if (x === Infinity) into.posInf++;
  else if (x !== -Infinity) addFinite(what, into, x);
}

function addFinite(what: string, into: LogTotal, x: number): void {
  if (Math.abs(x) > MOST) {
    throw new ParameterError(`Cannot use ${what} on ${shown(x)}: wanted a logarithm within 2^31 of 0`);
  }
  const binade = Math.round(x / Math.LN2), window = Math.floor(binade / WINDOW);
  raise(into, window);
  if (window < into.top - 1) return;
  const mantissa = exp(x - binade * LN2_HIGH - binade * LN2_LOW);
  addExact(window === into.top ? into.high : into.low, mantissa * 2 ** (binade - window * WINDOW));
}

/** Moves the windows up, so that the highest is at least this one. */
function raise(into: LogTotal, window: number): void {
  if (window <= into.top) return;
  into.low = window === into.top + 1 ? into.high : exactTotal();
  into.high = exactTotal();
  into.top = window;
}

/** Adds another sum. */
export function mergeLog(into: LogTotal, from: Readonly<LogTotal>): void {
  into.nan += from.nan;
  into.posInf += from.posInf;
  if (from.top === -Infinity) return;
  raise(into, from.top);
  if (from.top === into.top) {
    mergeExact(into.high, from.high);
    mergeExact(into.low, from.low);
  } else if (from.top === into.top - 1) mergeExact(into.low, from.high);
}

/** The same sum in one order. */
export function canonicalLog(total: Readonly<LogTotal>): LogTotal {
  return { ...total, high: canonicalExact(total.high), low: canonicalExact(total.low) };
}

/** What no sum holds. */
export function logFault(what: string, { top, high, low, nan, posInf }: LogTotal): string | undefined {
  const window = top === -Infinity || (Number.isSafeInteger(top) && Math.abs(top) * WINDOW <= 2 * MOST);
  if (!window) return `${what}.top is ${top}, wanted the number of a window`;
  const counts = [nan, posInf].every((count) => Number.isSafeInteger(count) && count >= 0);
  return counts
    ? exactFault(`${what}.high`, high) ?? exactFault(`${what}.low`, low)
    : `${what} has counts that are none`;
}

/** The logarithm of the sum. */
export function logValue({ top, high, low, nan, posInf }: Readonly<LogTotal>): number {
  if (nan > 0) return NaN;
  if (posInf > 0) return Infinity;
  if (top === -Infinity) return -Infinity;
  const units = (exactUnits(high) << BigInt(WINDOW)) + exactUnits(low);
  let digits = units.toString(16).length * 4, fraction = toNumber(units, digits);
  // Near 1, where its logarithm is smallest: a sum near 1 keeps its last digits.
  for (; fraction < Math.SQRT1_2; digits--) fraction *= 2;
  const binade = digits - UNIT - WINDOW + WINDOW * top;
  return binade * LN2_HIGH + (ln(fraction) + binade * LN2_LOW);
}
