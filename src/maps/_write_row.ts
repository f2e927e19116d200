import { type Kernels, TILE, TILES, Total } from "../../kernels/mod.ts";
import { eachRun, elementBytes, type Values, viewOf } from "../row/inside.ts";
import { waitingWeights } from "./_waiting_weights.ts";

/** Writes the softmax of a row to `out`: weights, their sum, then shares of it. */
export function writeShares(kernels: Kernels, row: Values, out: Values): void {
  const { arena } = kernels;
  const owner = {};
  arena.lend((lane) => {
    const store = isLong(row) && row.length <= arena.storeLength ? arena.lendStore(owner) : undefined;
    try {
      const weights = waitingWeights(kernels, lane, store, row, out);
      const { mantissa, exponent } = sumOf(kernels, row, (at, start, count) => weights.keep(at, start, count));
      if (!(mantissa > 0)) return void out.fill(NaN, 0, row.length);
      eachSlice(row.length, (start, count) => weights.share(start, count, mantissa, exponent));
    } finally {
      if (store) arena.giveStoreBack(owner);
    }
  });
}

/** Writes the log-softmax of a row to `out`. */
export function writeLogs(kernels: Kernels, row: Values, out: Values): void {
  kernels.arena.lend((lane) => {
    const { mantissa, maximum, logSum } = sumOf(kernels, row, (at, _, count) => {
      return { table: lane.table, invalid: kernels.sweep("sum", at, count, lane.table) };
    });
    if (!(mantissa > 0)) return void out.fill(NaN, 0, row.length);
    const direct = out.buffer === kernels.memory;
    eachRun(kernels, [row], 0, ({ at: [at], start, count }) => {
      const to = direct ? out.byteOffset + start * elementBytes(kernels) : lane.mapped;
      kernels.logProbabilities(at, count, to, maximum, logSum);
      if (!direct) out.set(viewOf(kernels, to, count), start);
    });
  });
}

/** A row's maximum and sum; the mantissa is NaN where a logit is invalid, and 0 where all are masked. */
interface Sum {
  readonly maximum: number;
  readonly mantissa: number;
  readonly exponent: number;
  readonly logSum: number;
}

/** Sums a row up, each slice swept as the caller likes. No code of anybody else runs meanwhile, so a moment's accumulator will do. */
function sumOf(
  kernels: Kernels,
  row: Values,
  sweep: (at: number, start: number, count: number) => { readonly table: number; readonly invalid: number },
): Sum {
  const { arena: { spare, out, results } } = kernels;
  let invalid = 0;
  kernels.clear(spare);
  eachRun(kernels, [row], 0, ({ at: [at], start, count }) => {
    const swept = sweep(at, start, count);
    invalid += swept.invalid;
    kernels.deposit("sum", swept.table, Math.ceil(count / TILE), spare);
  });
  kernels.total(spare, out);
  return {
    maximum: results[Total.maximum],
    mantissa: invalid > 0 ? NaN : results[Total.mantissa],
    exponent: results[Total.exponent],
    logSum: results[Total.logSum],
  };
}

function isLong({ length }: Values): boolean {
  return length > TILES * TILE;
}

function eachSlice(length: number, visit: (start: number, count: number) => void): void {
  for (let start = 0; start < length; start += TILES * TILE) visit(start, Math.min(TILES * TILE, length - start));
}
