// The sum of exponentials of an edited row: the engine sums the row as it came.
import { type Kernels, type Level, Total } from "../../../kernels/mod.ts";
import type { RowFacts } from "../../core/mod.ts";
import { Accumulator } from "../../row/inside.ts";

/** What a sweep learns of a row in sum. */
export type RowSums = Pick<RowFacts, "maximum" | "logSum" | "mantissa" | "exponent">;

/** An empty accumulator. */
export const NOTHING: Uint8Array = new Uint8Array(0);

/** Adds a swept table to an accumulator that is kept as bytes. */
export function deposit(kernels: Kernels, level: Level, table: number, tiles: number, bytes: Uint8Array): Uint8Array {
  return entered(kernels, bytes, (sum) => {
    sum.deposit(level, table, tiles);
    return sum.bytes();
  });
}

/** Adds one accumulator to another. */
export function absorb(kernels: Kernels, into: Uint8Array, from: Uint8Array): Uint8Array {
  if (into.length === 0 || from.length === 0) return into.length === 0 ? from.slice() : into;
  return entered(kernels, into, (sum) => {
    sum.absorb(new Accumulator(kernels, from));
    return sum.bytes();
  });
}

/** What an accumulator tells. */
export function rowSums(kernels: Kernels, bytes: Uint8Array): RowSums {
  return entered(kernels, bytes, (sum) => {
    sum.total();
    const total = kernels.arena.results;
    return {
      maximum: total[Total.maximum],
      logSum: total[Total.logSum],
      mantissa: total[Total.mantissa],
      exponent: total[Total.exponent],
    };
  });
}

function entered<T>(kernels: Kernels, bytes: Uint8Array, work: (sum: Accumulator) => T): T {
  const sum = new Accumulator(kernels, bytes.length === 0 ? undefined : bytes);
  try {
    return work(sum);
  } finally {
    sum.close();
  }
}
