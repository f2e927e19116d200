import { type Level, SLOT_BYTES, TILE } from "../../kernels/mod.ts";

/** The accumulator as it lies in memory: maximum, top bin, then eight digits each of sum, moment and square. */
const TOP = 8, DIGITS = 16, BINS = 8, DIGIT_BYTES = 8;
const RUNS: Readonly<Record<Level, number>> = { maximum: 0, sum: 1, moments: 2, squares: 3 };
/** Bits of the largest digit that one tile adds to each run, and a few more. */
const BITS = [33n, 36n, 39n];
/** No exponent has more than 53 bits, and a bin has 32 of them. */
const MOST_TOP = 2 ** 48;
/** Up to here exponents measure logits; beyond they only order them. */
const MEASURED = 2 ** 49;
/** By how many binades a tile's sum lies off its largest logit, at most, with the bin that it falls into; and by what share a base is rounded. */
const BINADES = 64, ROUNDED = 1e-7;

/** Of what an accumulator was made. */
export interface SlotLogits {
  /** How far the sweep went. */
  readonly level: Level;
  /** How many logits. */
  readonly count: number;
  /** How many of them are NaN or +Infinity. */
  readonly invalid: number;
}

/**
 * What is wrong with an exact accumulator that a saved state holds: a maximum, bins or digits that no logits give.
 *
 * @example An empty one, and one whose top bin is a fraction
 * ```ts
 * import { slotFault } from "@sluice/sluice/row";
 * import { loadKernels, SLOT_BYTES } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels("reference"), { memory, arena } = kernels;
 * kernels.clear(arena.spare);
 * const bytes = new Uint8Array(memory, arena.spare, SLOT_BYTES).slice();
 * const of = { level: "sum", count: 0, invalid: 0 } as const;
 * assertEquals(slotFault("sum", bytes, of), undefined);
 * new DataView(bytes.buffer).setFloat64(8, 0.5, true);
 * assertEquals(slotFault("sum", bytes, of), "sum has a top bin of 0.5 beside a maximum of -Infinity, which no logits give");
 * ```
 *
 * @param what What the fault calls it.
 * @param bytes The accumulator.
 * @param logits Of what it says it was made.
 * @returns What was found; `undefined` if logits can give it.
 */
export function slotFault(what: string, bytes: Uint8Array, logits: SlotLogits): string | undefined {
  if (bytes.length !== SLOT_BYTES) return `${what} has ${bytes.length} bytes, wanted ${SLOT_BYTES}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, SLOT_BYTES);
  const maximum = slotMaximum(bytes), top = view.getFloat64(TOP, true);
  if (Number.isNaN(maximum) || (logits.count === 0 && maximum !== -Infinity)) {
    return `${what} has a maximum of ${maximum} of ${logits.count} logits, which no logits give`;
  }
  if (!fitsTop(maximum, top, logits)) {
    return `${what} has a top bin of ${top} beside a maximum of ${maximum}, which no logits give`;
  }
  return digitFault(what, view, top === -Infinity ? 0 : RUNS[logits.level], logits.count);
}

/**
 * The largest logit that an accumulator has seen.
 *
 * @example Of none
 * ```ts
 * import { slotMaximum } from "@sluice/sluice/row";
 * import { loadKernels, SLOT_BYTES } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels("reference"), { memory, arena } = kernels;
 * kernels.clear(arena.spare);
 * assertEquals(slotMaximum(new Uint8Array(memory, arena.spare, SLOT_BYTES)), -Infinity);
 * ```
 *
 * @param bytes The accumulator.
 * @returns The logit, NaN left out; -Infinity of none.
 */
export function slotMaximum(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0, true);
}

function fitsTop(maximum: number, top: number, { level, invalid }: SlotLogits): boolean {
  // A tile with an invalid logit has no sum.
  if (top === -Infinity) return level === "maximum" || maximum === -Infinity || invalid > 0;
  if (level === "maximum" || maximum === -Infinity || !Number.isInteger(top) || Math.abs(top) > MOST_TOP) return false;
  if (!(Math.abs(maximum) <= MEASURED)) return true;
  const binade = maximum * Math.LOG2E, doubt = BINADES + ROUNDED * Math.abs(binade);
  return 32 * top <= binade + doubt && (invalid > 0 || 32 * top >= binade - doubt);
}

/** The digits of the first `runs` runs are what tiles add up to; the others are empty. */
function digitFault(what: string, view: DataView, runs: number, count: number): string | undefined {
  const tiles = BigInt(Math.ceil(count / TILE));
  for (let run = 0; run < BITS.length; run++) {
    const most = run < runs ? tiles << BITS[run] : 0n;
    for (let bin = 0; bin < BINS; bin++) {
      const digit = view.getBigInt64(DIGITS + (run * BINS + bin) * DIGIT_BYTES, true);
      // What was deposited at all shows in the top bin: a token there weighs at least 1, and its moments are about a base above it.
      const fits = digit <= most && digit >= (run === 0 ? 0n : -most) && (bin > 0 || run >= runs || digit !== 0n);
      if (!fits) return `${what} has a digit of ${digit}, which no ${count} logits give`;
    }
  }
}
