/** How far two memories are apart, after a kernel and its reference wrote to them: the first difference beyond an error, in words. */
import { Column } from "../../kernels/mod.ts";

/** Of words that must be the same: where, or -1. */
export function firstDifference(found: Uint32Array, wanted: Uint32Array): number {
  for (let i = 0; i < found.length; i++) if (found[i] !== wanted[i]) return i;
  return -1;
}

/** Of numbers, each beside its own error: relative, or absolute for numbers below `least`; with no error, to the bits. */
export function firstApart(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  error: number,
  least: number,
): string | undefined {
  for (let i = 0; i < found.length; i++) {
    const [a, b] = [found[i], wanted[i]];
    if (Object.is(a, b)) continue;
    const bound = Math.abs(b) > least ? error * Math.abs(b) : least;
    if (error === 0 || !(Math.abs(a - b) <= bound)) return `${a}, not ${b}, at index ${i} of the window`;
  }
}

/** Sums as mantissa and exponent, which two kernels may have cut in two ways: their logarithms. */
export function pairsApart(found: Float64Array, wanted: Float64Array, error: number): string | undefined {
  const [a, b] = [found, wanted].map(([mantissa, exponent]) => Math.log(mantissa) + exponent * Math.LN2);
  const same = Object.is(a, b) || Math.abs(a - b) <= error + 2 ** -52 * Math.abs(b);
  return same ? firstApart(found.subarray(2), wanted.subarray(2), 0, 0) : `a sum of e^${a}, not e^${b}`;
}

/** Weights, and the reference of each: a build may have taken another one, or have kept the logit. What surrounds them is the same. */
export function weightsApart(
  [found, referenceOf]: readonly [Float32Array, (i: number) => number],
  [wanted, wantedReferenceOf]: readonly [Float32Array, (i: number) => number],
  error: number,
  least: number,
): string | undefined {
  for (let i = 0; i < found.length; i++) {
    const [a, b] = [found[i], wanted[i]];
    const [from, to] = [referenceOf(i), wantedReferenceOf(i)];
    if (Object.is(a, b) || (Number.isNaN(from) && !Number.isNaN(to))) continue;
    const moved = a * 2 ** (from - to);
    if (!(Math.abs(moved - b) <= error * b + least * Math.max(1, 2 ** (from - to)))) {
      return `${a} relative to 2^${from}, not ${b} to 2^${to}, at index ${i} of the window`;
    }
  }
}

/** Rows of a sweep: the same but for sums, which are compared about the reference's exponent. */
export function rowsApart(found: Float64Array, wanted: Float64Array, error: number): string | undefined {
  for (let at = 0; at + Column.stride <= found.length; at += Column.stride) {
    const [a, b] = [found, wanted].map((table) => table.slice(at, at + Column.stride));
    const far = a[Column.exponent] - b[Column.exponent];
    if (b[Column.mantissa] >= 1 && b[Column.mantissa] < 2 && Math.abs(far) <= 1) moveTo(a, far);
    const size = b[Column.mantissa] + Math.abs(b[Column.moment]);
    const bounds = new Map([[Column.mantissa, 1], [Column.moment, 2 * size], [
      Column.square,
      4 * (size + b[Column.square]),
    ]]);
    // A build takes the reference of stored weights from another logit.
    if (
      b[Column.reference] % 2 === 0 && (Math.abs(a[Column.reference] % 2) === 0 || Number.isNaN(a[Column.reference]))
    ) {
      a[Column.reference] = b[Column.reference];
    }
    for (let i = 0; i < Column.stride; i++) {
      const bound = error * (bounds.get(i as 0) ?? 0);
      if (!Object.is(a[i], b[i]) && !(Math.abs(a[i] - b[i]) <= bound)) return `${a[i]}, not ${b[i]}, in column ${i}`;
    }
  }
}

/** Writes a row's sums about an exponent that is less by `far`; columns that were not written keep their 7. */
function moveTo(row: Float64Array, far: number): void {
  const { mantissa, exponent, moment, square } = Column;
  const [s, a, q] = [row[mantissa], row[moment], row[square]];
  row[exponent] -= far;
  row[mantissa] = s * 2 ** far;
  if (a !== 7) row[moment] = 2 ** far * (a + far * s);
  if (q !== 7) row[square] = 2 ** far * (q + 2 * far * a + far * far * s);
}
