import { Column, type Kernels, ln } from "../../kernels/mod.ts";
import { type Block, type Folded, shown } from "../core/mod.ts";
import { toNumber } from "../row/mod.ts";

/**
 * The runs of digits: where each begins, how many it has, and by how many it begins above that of the weights. Signed sums are taken with the
 * offset of float32 logits, of up to 2^129, and its square.
 */
const RUNS = [
  { at: 0, bins: 8, raise: 0 },
  { at: 8, bins: 12, raise: 5 },
  { at: 20, bins: 16, raise: 9 },
] as const;
const DIGITS = 36;
const TWO_32 = 4294967296;
const TWO_160 = 2 ** 160, TWO_288 = 2 ** 288;
/** No exponent is larger, nor the offset of float32 logits. */
const MOST_TOP = 2 ** 128;
/** What float64 logits can give beyond this only says that it is large. */
const MOST = [2 ** 140, 2 ** 280];

/**
 * A sum of positive weights and two signed sums beside it, exact: whole numbers to the base 2^32, their exponents aligned to the largest
 * weight's, carries never made. So any order of adding and merging gives the same digits. What falls below the last digit is dropped, which
 * is less than 2^-192 of the largest weight.
 */
export interface ExactMoments {
  /** The exponent of the first digit of the weights, in units of 32; -Infinity before any. */
  top: number;
  /** The digits of the sum of weights, then of each signed sum. Each holds 2^20 tiles. */
  readonly digits: Float64Array;
}

/** Nothing added yet. */
export function exactMoments(): ExactMoments {
  return { top: -Infinity, digits: new Float64Array(DIGITS) };
}

/** Moves the digits down to begin at `top`; those that leave are dropped. */
function raise(state: ExactMoments, top: number): void {
  const { digits } = state;
  for (const { at, bins } of RUNS) {
    const shift = Math.min(top - state.top, bins);
    digits.copyWithin(at + shift, at, at + bins - shift);
    digits.fill(0, at, at + shift);
  }
  state.top = top;
}

/** Adds `weight * 2^exponent`, weight in [1, 2), and `first` and `second` times the same power. */
export function addMoments(state: ExactMoments, exponent: number, weight: number, first: number, second: number): void {
  const bin = Math.floor(exponent / 32) + 0;
  if (bin > state.top) raise(state, bin);
  const below = state.top - bin;
  const scale = (1 << (exponent - 32 * bin)) >>> 0;
  addDigits(state.digits, 0, below, weight * scale);
  addDigits(state.digits, 1, below, held(first, MOST[0]) * scale / TWO_160);
  addDigits(state.digits, 2, below, held(second, MOST[1]) * scale / TWO_288);
}

/** A number in range; nothing where it is none, as of infinities that cancel. */
function held(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value)) || 0;
}

/** Cuts a number into digits, from the one that it is in units of, and adds those that have a place. */
function addDigits(digits: Float64Array, run: 0 | 1 | 2, below: number, value: number): void {
  const { at, bins } = RUNS[run];
  for (let i = below; i < bins && value !== 0; i++) {
    const digit = Math.trunc(value);
    digits[at + i] += digit;
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
  if (from.top === -Infinity) return;
  if (from.top > into.top) raise(into, from.top);
  const below = into.top - from.top;
  for (const { at, bins } of RUNS) {
    for (let i = 0; i + below < bins; i++) into.digits[at + i + below] += from.digits[at + i];
  }
}

/** One of the sums, in units of `2^(32 (top - 7))`. */
function exactSum({ digits }: Readonly<ExactMoments>, run: 0 | 1 | 2): bigint {
  const { at, bins, raise } = RUNS[run];
  let sum = 0n;
  for (let i = 0; i < bins; i++) sum = (sum << 32n) + BigInt(digits[at + i]);
  return sum << BigInt(32 * (raise - bins + RUNS[0].bins));
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
  const scale = 32 * (RUNS[0].bins - 1 - state.top);
  return { first: toNumber(exactSum(state, 1), scale), second: toNumber(exactSum(state, 2), scale) };
}

/** The logarithm of the sum of the weights, in nats; -Infinity of none. */
export function lnOfWeights(state: Readonly<ExactMoments>, { hi, lo }: Kernels["base"]): number {
  const sum = exactSum(state, 0);
  if (sum === 0n) return -Infinity;
  // 53 bits of it, and how many are left below them.
  const bits = sum.toString(2).length, mantissa = toNumber(sum, bits);
  const exponent = bits + 32 * (state.top - RUNS[0].bins + 1);
  // A base that was cut to float32 is a change of temperature, which is undone.
  return lo === 0 ? (ln(mantissa) * Math.LOG2E + exponent) / hi : ln(mantissa) + exponent * Math.LN2;
}

/** What is wrong with such sums that somebody else wrote. */
export function exactMomentsFault({ top, digits }: Readonly<ExactMoments>, { count }: Folded): string | undefined {
  if (digits.length !== DIGITS) return `digits are ${digits.length}, wanted ${DIGITS}`;
  const isEmpty = top === -Infinity;
  const fits = isEmpty ? digits.every((digit) => digit === 0) : Number.isInteger(top) && Math.abs(top) <= MOST_TOP;
  if (!fits || (!isEmpty && !(digits[0] > 0 && count > 0))) {
    return `top is ${shown(top)} of ${count} logits, which no logits give`;
  }
  // A digit of one tile is at most 2^33.
  const most = count * TWO_32 * 2;
  const odd = digits.find((digit, i) =>
    !Number.isInteger(digit) || Math.abs(digit) > most || (i < RUNS[0].bins && digit < 0)
  );
  return odd === undefined ? undefined : `a digit is ${odd}, which no ${count} logits give`;
}
