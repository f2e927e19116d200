import { define, type Reducer, type Segment } from "../core/mod.ts";
import { exactSumsFault, toExact, toNumber, UNIT } from "../row/mod.ts";

/** Plain statistics of the unmasked logits of a row. */
export interface Moments {
  /** How many logits are not masked. */
  readonly count: number;
  /** Their mean; NaN if there are none. */
  readonly mean: number;
  /** Their population variance, `mean of (x - mean)^2`; NaN if there are none. */
  readonly variance: number;
  /** The smallest; Infinity if there are none (the smallest of nothing). */
  readonly minimum: number;
}

/** State of {@linkcode moments}: whole numbers, so that any order of tiles gives the same bits. */
export interface MomentsState {
  /** Unmasked logits so far. */
  count: number;
  /** The smallest so far. */
  minimum: number;
  /** Their sum, in units of 2^-1074. */
  sum: bigint;
  /** The sum of their squares, in units of 2^-2148. */
  squares: bigint;
}

/**
 * Mean, population variance and minimum of the logits of a row, masked ones (-Infinity) left out: `m = sum x / n`,
 * `sum (x - m)^2 / n`, in logits and logits squared.
 *
 * Specials: NaN throughout for a row with NaN or +Infinity. Accuracy: a tile is summed in float64 about its own first logit;
 * the tiles are added exactly, so a large common offset costs nothing. Cost: about 3 ns a logit (float64, no SIMD).
 * Source: Chan, Golub and LeVeque 1983, the pairwise update, in exact arithmetic.
 *
 * @example A masked logit does not count
 * ```ts
 * import { fromArray, moments, reduce } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const [row] = await Array.fromAsync(reduce(fromArray([1001, 1003, -Infinity]), { m: moments() }));
 * assertEquals(row.m, { count: 2, mean: 1002, variance: 1, minimum: 1001 });
 * ```
 *
 * @returns The reducer.
 */
export function moments(): Reducer<Moments, MomentsState> {
  return momentsDefinition.call({});
}

/** Its row of the catalogue. */
export const momentsDefinition = /* @__PURE__ */ define({
  name: "moments",
  kind: "reducer",
  help: "mean, variance and minimum of the logits that are not masked",
  options: {},
  result: {
    fields: {
      count: { type: "whole", help: "how many are not masked" },
      mean: { type: "number", help: "their mean" },
      variance: { type: "number", help: "their population variance" },
      minimum: { type: "number", help: "the smallest" },
    },
  },
  make(_options, spec): Reducer<Moments, MomentsState> {
    return {
      spec,
      needs: "maximum",
      init: () => ({ count: 0, minimum: Infinity, sum: 0n, squares: 0n }),
      step: addTile,
      merge(into, { count, minimum, sum, squares }) {
        into.count += count;
        into.minimum = Math.min(into.minimum, minimum);
        into.sum += sum;
        into.squares += squares;
      },
      validate(state, { count: read, nan, posInf, maximum }) {
        const { count, minimum } = state;
        const known = count === 0 ? minimum === Infinity : Number.isFinite(minimum) && minimum <= maximum;
        return exactSumsFault(state, read - nan - posInf) ??
          (known ? undefined : `minimum is ${minimum} of ${count} logits up to ${maximum}`);
      },
      finish({ count, minimum, sum, squares }, { nan, posInf }) {
        if (nan > 0 || posInf > 0) return { count, mean: NaN, variance: NaN, minimum: NaN };
        if (count === 0) return { count, mean: NaN, variance: NaN, minimum };
        const n = BigInt(count);
        const mean = quotient(sum, n, UNIT);
        const variance = Math.max(0, quotient(n * squares - sum * sum, n * n, 2 * UNIT));
        // Which of two zeros comes first depends on the order of merges; adding 0 makes both +0.
        return { count, mean, variance, minimum: minimum + 0 };
      },
    };
  },
});

/** More bits of a quotient than a float64 has. */
const GUARD = 64;

/** `value / by` units: divided exactly, for the dividend alone may be outside float64's range. */
function quotient(value: bigint, by: bigint, scale: number): number {
  return toNumber((value << BigInt(GUARD)) / by, scale + GUARD);
}

/** Sums about the tile's first finite logit c: with d = x - c, `sum x = n c + sum d`, `sum x^2 = sum d^2 + 2 c sum d + n c^2`. */
function addTile(state: MomentsState, { values }: Segment): void {
  const centre = values.find(Number.isFinite);
  if (centre === undefined) return;
  let count = 0, first = 0, second = 0, minimum = Infinity;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    // NaN and infinities alike: NaN and +Infinity are the engine's to report.
    if (!(x - x === 0)) continue;
    const d = x - centre;
    count++;
    first += d;
    second += d * d;
    if (x < minimum) minimum = x;
  }
  state.count += count;
  if (minimum < state.minimum) state.minimum = minimum;
  if (!(second < Infinity)) return addExactly(state, values);
  const n = BigInt(count), c = toExact(centre), s1 = toExact(first);
  state.sum += n * c + s1;
  // A square of exact numbers has twice the unit.
  state.squares += (toExact(second) << BigInt(UNIT)) + 2n * c * s1 + n * c * c;
}

/** The same without rounding, for float64 logits so far apart that their squares overflow. */
function addExactly(state: MomentsState, values: Segment["values"]): void {
  for (const x of values) {
    if (!Number.isFinite(x)) continue;
    const exact = toExact(x);
    state.sum += exact;
    state.squares += exact * exact;
  }
}
