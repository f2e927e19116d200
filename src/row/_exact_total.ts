import { toNumber, UNIT } from "./exact_sum.ts";

/** Binary digits of a limb, and their base. Written out, as all here: a bundle keeps powers that nobody uses. */
const DIGITS = 32;
const BASE = 0x1_0000_0000;

/** Limbs for every float64 in units of 2^-1074 (2,098 digits), and room for as many of them as there can be. */
const LIMBS = 68;

/** How many numbers below 2^32 a limb takes before float64 could round: 2^20 of them stay below 2^53. */
const MOST_PENDING = 0x10_0000;

/**
 * The exact sum of float64 numbers, in a fixed-point number of 32-bit limbs: any order, any split, the same bits. What is not finite is
 * counted. Plain data, so that it can be part of a state.
 */
export interface ExactTotal {
  /** Units of 2^-1074, the lowest limb first. Between carries a limb may be beyond its 32 digits, or negative. */
  readonly limbs: Float64Array;
  /** How many numbers were added since the last carry. */
  pending: number;
  /** How many of each kind were not finite. */
  nan: number;
  posInf: number;
  negInf: number;
}

/** The sum of nothing. */
export function exactTotal(): ExactTotal {
  return { limbs: new Float64Array(LIMBS), pending: 0, nan: 0, posInf: 0, negInf: 0 };
}

const buffer = /* @__PURE__ */ new ArrayBuffer(8);
const float = /* @__PURE__ */ new Float64Array(buffer), words = /* @__PURE__ */ new Uint32Array(buffer);

/** Adds a number. */
export function addExact(into: ExactTotal, x: number): void {
  float[0] = x;
  // Little-endian, as WebAssembly's memory and the views of it are.
  const low = words[0], high = words[1], biased = (high >>> 20) & 0x7ff;
  if (biased === 0x7ff) return addSpecial(into, x);
  const shift = biased === 0 ? 0 : biased - 1;
  const top = (high & 0xfffff) | (biased === 0 ? 0 : 0x100000);
  const at = shift >>> 5, by = shift & 31, sign = high >>> 31 ? -1 : 1;
  // By 0 nothing is carried: a shift by 32 would be one by 0.
  const carried = by === 0 ? 0 : low >>> (DIGITS - by), last = by === 0 ? 0 : top >>> (DIGITS - by);
  const { limbs } = into;
  limbs[at] += sign * ((low << by) >>> 0);
  limbs[at + 1] += sign * (((top << by) >>> 0) + carried);
  limbs[at + 2] += sign * last;
  if (++into.pending >= MOST_PENDING) carry(into);
}

function addSpecial(into: ExactTotal, x: number): void {
  if (x === Infinity) into.posInf++;
  else if (x === -Infinity) into.negInf++;
  else into.nan++;
}

/** Adds a product: exactly while both numbers are 0 or from 2^-480 to 2^480, rounded to float64 beyond. */
export function addProduct(into: ExactTotal, x: number, y: number): void {
  const product = x * y;
  addExact(into, product);
  if (!splits(x) || !splits(y)) return;
  // Dekker: halves of 26 digits, whose products are exact; what the product lost is left.
  const a = highOf(x), b = x - a, c = highOf(y), d = y - c;
  addExact(into, b * d - (product - a * c - b * c - a * d));
}

/** Whether the halves of a product, and its rounding error, are far from both ends of float64. */
function splits(x: number): boolean {
  const magnitude = Math.abs(x);
  return magnitude >= 2 ** -480 && magnitude <= 2 ** 480;
}

function highOf(x: number): number {
  const c = 134217729 * x;
  return c - (c - x);
}

/** Brings all limbs but the last to 0..2^32 - 1: then equal sums have equal limbs. */
function carry(total: ExactTotal): void {
  const { limbs } = total;
  for (let i = 0; i + 1 < LIMBS; i++) {
    const over = Math.floor(limbs[i] / BASE);
    limbs[i] -= over * BASE;
    limbs[i + 1] += over;
  }
  total.pending = 1;
}

/** Adds another sum. */
export function mergeExact(into: ExactTotal, from: Readonly<ExactTotal>): void {
  if (into.pending + from.pending >= MOST_PENDING) carry(into);
  for (let i = 0; i < LIMBS; i++) into.limbs[i] += from.limbs[i];
  into.pending += from.pending;
  if (into.pending >= MOST_PENDING) carry(into);
  into.nan += from.nan;
  into.posInf += from.posInf;
  into.negInf += from.negInf;
}

/** The same sum with the limbs in order. */
export function canonicalExact(total: Readonly<ExactTotal>): ExactTotal {
  const copy = { ...total, limbs: total.limbs.slice() };
  carry(copy);
  return copy;
}

/** What no sum holds. */
export function exactFault(what: string, { limbs, pending, nan, posInf, negInf }: ExactTotal): string | undefined {
  if (limbs.length !== LIMBS) return `${what} has ${limbs.length} limbs, wanted ${LIMBS}`;
  const fits = limbs.every((limb, i) =>
    Number.isInteger(limb) && (i + 1 < LIMBS ? limb >= 0 && limb < BASE : Math.abs(limb) < BASE) && !Object.is(limb, -0)
  );
  if (!fits) return `${what} has limbs that are no digits of 32 bits`;
  const counts = [nan, posInf, negInf].every((count) => Number.isSafeInteger(count) && count >= 0);
  return counts && pending === 1 ? undefined : `${what} has counts that are none`;
}

/** The finite part of the sum, in units of 2^-1074. */
export function exactUnits({ limbs }: Readonly<ExactTotal>): bigint {
  let units = 0n;
  for (let i = LIMBS - 1; i >= 0; i--) units = (units << 32n) + BigInt(limbs[i]);
  return units;
}

/** The sum as a float64, as addition has it of what is not finite. */
export function exactValue(total: Readonly<ExactTotal>): number {
  const { nan, posInf, negInf } = total;
  if (nan > 0 || (posInf > 0 && negInf > 0)) return NaN;
  if (posInf > 0) return Infinity;
  return negInf > 0 ? -Infinity : toNumber(exactUnits(total), UNIT);
}

/** `sum (x - mean)^2` of `count` numbers by their sum and the sum of their squares: nothing cancels, for nothing was rounded. */
export function exactDeviation(count: number, sum: Readonly<ExactTotal>, squares: Readonly<ExactTotal>): number {
  if (!Number.isFinite(exactValue(sum)) || !Number.isFinite(exactValue(squares))) return NaN;
  const units = exactUnits(sum);
  const spread = ((BigInt(count) * exactUnits(squares)) << BigInt(UNIT)) - units * units;
  return Math.max(0, toNumber(spread, 2 * UNIT)) / count;
}
