import { type Kernels, type Level, ln, SLOT_BYTES, Total } from "../../kernels/mod.ts";
import { scratchOf } from "./_scratch.ts";

/** What a sweep learns of a row in sum. */
export interface Facts {
  readonly maximum: number;
  /** `ln(sum e^(x - maximum))`. */
  readonly logSum: number;
  /** In nats; NaN unless moments were swept. */
  readonly entropy: number;
}

/** Adds a swept table to an accumulator that is kept as bytes; an empty array is an empty accumulator. */
export function deposit(kernels: Kernels, level: Level, table: number, tiles: number, bytes: Uint8Array): Uint8Array {
  const { slot } = scratchOf(kernels);
  enter(kernels, slot, bytes);
  kernels.deposit(level, table, tiles, slot);
  return new Uint8Array(kernels.memory, slot, SLOT_BYTES).slice();
}

function enter(kernels: Kernels, slot: number, bytes: Uint8Array): void {
  if (bytes.length === 0) kernels.clear(slot);
  else new Uint8Array(kernels.memory, slot, SLOT_BYTES).set(bytes);
}

/** Adds one accumulator to another. */
export function absorb(kernels: Kernels, into: Uint8Array, from: Uint8Array): Uint8Array {
  if (into.length === 0 || from.length === 0) return into.length === 0 ? from.slice() : into;
  const { slot, out } = scratchOf(kernels);
  enter(kernels, slot, into);
  new Uint8Array(kernels.memory, out, SLOT_BYTES).set(from);
  kernels.absorb(slot, out);
  return new Uint8Array(kernels.memory, slot, SLOT_BYTES).slice();
}

/** Reads an accumulator. */
export function totals(kernels: Kernels, bytes: Uint8Array): Float64Array {
  const { slot, out } = scratchOf(kernels);
  enter(kernels, slot, bytes);
  kernels.total(slot, out);
  return new Float64Array(kernels.memory, out, 8).slice();
}

/** The facts that totals tell. */
export function factsOf(total: Float64Array, moments: boolean): Facts {
  const mantissa = total[Total.mantissa];
  const entropy = moments ? Math.max(0, ln(mantissa) - total[Total.mean] * Math.LN2) : NaN;
  return { maximum: total[Total.maximum], logSum: total[Total.logSum], entropy };
}
