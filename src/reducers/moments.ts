import { TILE } from "../../kernels/mod.ts";
import { type Block, define, type Reducer } from "../core/mod.ts";
import { elementBytes, sweepSegment } from "../row/inside.ts";
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
 * Specials: NaN throughout for a row with NaN or +Infinity. Accuracy: a tile is summed in float64 about its own first logit, in eight lanes;
 * the tiles are added exactly, so a large common offset costs nothing. Cost: about twice log-sum-exp.
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
      step: (state, segment) => sweepSegment(segment, "maximum", (block) => addBlock(state, block)),
      stepBlock: addBlock,
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

/** Numbers that are whole in units of 2^-100, as those of most rows are, are added up as small whole numbers. */
const COARSE = 100;
const SCALE = 2 ** COARSE;

/**
 * Adds a block, tile by tile about the tile's first finite logit c: with d = x - c, `sum x = n c + sum d`,
 * `sum x^2 = sum d^2 + c (2 sum d + n c)`.
 */
function addBlock(state: MomentsState, block: Block): void {
  const { kernels, at, count, tiles } = block;
  const { out, results } = kernels.arena;
  const bytes = TILE * elementBytes(kernels);
  let sum = 0n, squares = 0n;
  for (let tile = 0; tile < tiles; tile++) {
    kernels.deviations(at + tile * bytes, Math.min(TILE, count - tile * TILE), out);
    const finite = results[0], centre = results[1], first = results[2], second = results[3];
    if (finite === 0) continue;
    state.count += finite;
    state.minimum = Math.min(state.minimum, results[4]);
    if (!(second < Infinity)) addExactly(state, block.values.subarray(tile * TILE, (tile + 1) * TILE));
    else if (isCoarse(centre, first, second)) {
      const n = BigInt(finite), c = BigInt(centre * SCALE), s = BigInt(first * SCALE), nc = n * c;
      sum += nc + s;
      squares += BigInt(second * SCALE * SCALE) + c * (s + s + nc);
    } else addFine(state, finite, centre, first, second);
  }
  state.sum += sum << BigInt(UNIT - COARSE);
  state.squares += squares << BigInt(2 * (UNIT - COARSE));
}

/** Whether all are whole in those units: an infinite product is not. */
function isCoarse(centre: number, first: number, second: number): boolean {
  return Number.isInteger(centre * SCALE) && Number.isInteger(first * SCALE) &&
    Number.isInteger(second * SCALE * SCALE);
}

/** The same of any finite numbers. */
function addFine(state: MomentsState, count: number, centre: number, first: number, second: number): void {
  const n = BigInt(count), c = toExact(centre), s = toExact(first);
  state.sum += n * c + s;
  // A square of exact numbers has twice the unit.
  state.squares += (toExact(second) << BigInt(UNIT)) + c * (s + s + n * c);
}

/** The same without rounding, for float64 logits so far apart that their squares overflow. */
function addExactly(state: MomentsState, values: Block["values"]): void {
  for (const x of values) {
    if (!Number.isFinite(x)) continue;
    const exact = toExact(x);
    state.sum += exact;
    state.squares += exact * exact;
  }
}
