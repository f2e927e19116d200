import { Column, type Kernels, ln } from "../../kernels/mod.ts";
import { type Block, type Folded, shown } from "../core/mod.ts";
import { toNumber } from "../row/mod.ts";

/** Digits of one run. */
const BINS = 8;
/** By how many digits of 32 bits the sums of `first` and `second` begin above that of the weights: they are taken with offsets of up to 2^54. */
const RAISE = [0, 2, 4];
const TWO_32 = 4294967296;
const TWO_64 = TWO_32 * TWO_32;
const TWO_128 = TWO_64 * TWO_64;
/** No exponent has more than 53 bits, and a digit has 32 of them. */
const MOST_TOP = 2 ** 48;

/**
 * A sum of positive weights and two signed sums beside it, exact: whole numbers to the base 2^32, their exponents aligned to the largest
 * weight's, carries never made. So any order of adding and merging gives the same digits. What falls below the eighth digit is dropped;
 * the last is 2^-128 of the largest weight or less.
 */
export interface ExactMoments {
  /** The exponent of the first digit of the weights, in units of 32; -Infinity before any. */
  top: number;
  /** The digits of the sum of weights, then of each signed sum. Each holds 2^21 tiles. */
  readonly digits: Float64Array;
}

/** Nothing added yet. */
export function exactMoments(): ExactMoments {
  return { top: -Infinity, digits: new Float64Array(3 * BINS) };
}

/** Moves the digits down to begin at `top`; those that leave are dropped. */
function raise(state: ExactMoments, top: number): void {
  const shift = Math.min(top - state.top, BINS), { digits } = state;
  for (let from = 0; from < digits.length; from += BINS) {
    digits.copyWithin(from + shift, from, from + BINS - shift);
    digits.fill(0, from, from + shift);
  }
  state.top = top;
}

/** Adds `weight * 2^exponent`, weight in [1, 2), and `first` and `second` times the same power. */
export function addMoments(state: ExactMoments, exponent: number, weight: number, first: number, second: number): void {
  const bin = Math.floor(exponent / 32) + 0;
  if (bin > state.top) raise(state, bin);
  const below = state.top - bin;
  if (below >= BINS) return;
  const scale = (1 << (exponent - 32 * bin)) >>> 0;
  addDigits(state.digits, 0, below, weight * scale);
  addDigits(state.digits, 1, below, first * scale / TWO_64);
  addDigits(state.digits, 2, below, second * scale / TWO_128);
}

/** Cuts a number into digits, from the one that it is in units of, and adds those that have a place. */
function addDigits(digits: Float64Array, run: number, from: number, value: number): void {
  for (let i = from; i < BINS && value !== 0; i++) {
    const digit = Math.trunc(value);
    digits[run * BINS + i] += digit;
    value = (value - digit) * TWO_32;
  }
}

/** Adds the tiles of a block by the columns `first` and `second` of its table. */
export function addPairBlock(state: ExactMoments, { table, tiles }: Block): void {
  for (let at = 0; at < tiles * Column.stride; at += Column.stride) {
    const weight = table[at + Column.mantissa];
    if (!(weight > 0)) continue;
    addMoments(state, table[at + Column.exponent], weight, table[at + Column.first], table[at + Column.second]);
  }
}

/** Adds what another holds. */
export function mergeMoments(into: ExactMoments, from: Readonly<ExactMoments>): void {
  if (from.top > into.top) raise(into, from.top);
  const below = into.top - from.top;
  if (!(below < BINS)) return;
  for (let run = 0; run < 3; run++) {
    for (let i = 0; i + below < BINS; i++) into.digits[run * BINS + i + below] += from.digits[run * BINS + i];
  }
}

/** One of the sums, in units of `2^(32 (top - 7))`. */
function exactSum({ digits }: Readonly<ExactMoments>, run: number): bigint {
  let sum = 0n;
  for (let i = 0; i < BINS; i++) sum = (sum << 32n) + BigInt(digits[run * BINS + i]);
  return sum << BigInt(32 * RAISE[run]);
}

/** More bits of a quotient than a float64 has, of one that may be far below 1. */
const GUARD = 192;

function quotient(value: bigint, by: bigint): number {
  return toNumber((value << BigInt(GUARD)) / by, GUARD);
}

/** Of weights w the mean `sum first / sum w`, exact up to its rounding; NaN of none. */
export function meanOf(state: Readonly<ExactMoments>): number {
  const sum = exactSum(state, 0);
  return sum === 0n ? NaN : quotient(exactSum(state, 1), sum);
}

/** The variance `sum second / sum w - mean^2`, exact up to its rounding; NaN of no weights. */
export function varianceOf(state: Readonly<ExactMoments>): number {
  const sum = exactSum(state, 0), first = exactSum(state, 1);
  return sum === 0n ? NaN : Math.max(0, quotient(exactSum(state, 2) * sum - first * first, sum * sum));
}

/** The signed sums as numbers. */
export function signedSumsOf(state: Readonly<ExactMoments>): { readonly first: number; readonly second: number } {
  if (state.top === -Infinity) return { first: 0, second: 0 };
  const scale = 32 * (BINS - 1 - state.top);
  return { first: toNumber(exactSum(state, 1), scale), second: toNumber(exactSum(state, 2), scale) };
}

/** The logarithm of the sum of the weights, in nats; -Infinity of none. */
export function lnOfWeights(state: Readonly<ExactMoments>, { hi, lo }: Kernels["base"]): number {
  const sum = exactSum(state, 0);
  if (sum === 0n) return -Infinity;
  // 53 bits of it, and how many are left below them.
  const bits = sum.toString(2).length, mantissa = toNumber(sum, bits);
  const exponent = bits + 32 * (state.top - BINS + 1);
  // A base that was cut to float32 is a change of temperature, which is undone.
  return lo === 0 ? (ln(mantissa) * Math.LOG2E + exponent) / hi : ln(mantissa) + exponent * Math.LN2;
}

/** What is wrong with such sums that somebody else wrote. */
export function exactMomentsFault({ top, digits }: Readonly<ExactMoments>, { count }: Folded): string | undefined {
  if (digits.length !== 3 * BINS) return `digits are ${digits.length}, wanted ${3 * BINS}`;
  const fits = top === -Infinity ? digits.every((digit) => digit === 0) : Number.isInteger(top) && digits[0] > 0;
  if (!fits || (top !== -Infinity && (Math.abs(top) > MOST_TOP || count === 0))) {
    return `top is ${shown(top)} of ${count} logits, which no logits give`;
  }
  // Digits of one tile are below 2^33.
  const most = count * 2 ** 33;
  const odd = digits.find((digit, i) => !Number.isInteger(digit) || Math.abs(digit) > most || (i < BINS && digit < 0));
  return odd === undefined ? undefined : `a digit is ${odd}, which no ${count} logits give`;
}
