import { type Kernels, type Level, Total } from "../../kernels/mod.ts";
import { entropyOf } from "../core/mod.ts";
import { scratchOf } from "./_scratch.ts";

/** What a sweep learns of a row in sum. */
export interface Facts {
  readonly maximum: number;
  /** `ln(sum e^(x - maximum))`. */
  readonly logSum: number;
  /** In nats; NaN unless moments were swept. */
  readonly entropy: number;
}

/** An empty accumulator. */
export const NOTHING: Uint8Array = new Uint8Array(0);

/** Adds a swept table to an accumulator that is kept as bytes, and gives it back; the first deposit makes its memory. */
export function deposit(kernels: Kernels, level: Level, table: number, tiles: number, bytes: Uint8Array): Uint8Array {
  const { slot, views } = scratchOf(kernels);
  enter(kernels, bytes);
  kernels.deposit(level, table, tiles, slot);
  if (bytes.length === 0) return views.slot.slice();
  bytes.set(views.slot);
  return bytes;
}

function enter(kernels: Kernels, bytes: Uint8Array): void {
  const { slot, views } = scratchOf(kernels);
  if (bytes.length === 0) kernels.clear(slot);
  else views.slot.set(bytes);
}

/** Adds one accumulator to another. */
export function absorb(kernels: Kernels, into: Uint8Array, from: Uint8Array): Uint8Array {
  if (into.length === 0 || from.length === 0) return into.length === 0 ? from.slice() : into;
  const { slot, out, views } = scratchOf(kernels);
  enter(kernels, into);
  views.spare.set(from);
  kernels.absorb(slot, out);
  return views.slot.slice();
}

/** Reads an accumulator; valid until the next call. */
export function totals(kernels: Kernels, bytes: Uint8Array): Float64Array {
  const { slot, out, views } = scratchOf(kernels);
  enter(kernels, bytes);
  kernels.total(slot, out);
  return views.out;
}

/** The facts that totals tell. */
export function factsOf(total: Float64Array, moments: boolean): Facts {
  const entropy = moments ? entropyOf({ mantissa: total[Total.mantissa], mean: total[Total.mean] }) : NaN;
  return { maximum: total[Total.maximum], logSum: total[Total.logSum], entropy };
}
