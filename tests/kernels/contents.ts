/** What lies in memory before a kernel is called: logits, words, rows of a table, accumulators. */
import { CHECKSUM_KEY_BYTES, Column, SLOT_BYTES } from "../../kernels/mod.ts";
import { referenceFunctions } from "../../kernels/functions.ts";
import { LOG2_E_PAIR } from "../../kernels/reference/binary_exponent.ts";
import { REFERENCES } from "../../kernels/reference_kernels.ts";
import { viewsOf } from "../../kernels/views.ts";
import { normal, range, uniform } from "./support.ts";

const gauss = normal(77), even = uniform(78);
export const LOGITS = Float32Array.from({ length: 4096 }, () => 4 * gauss());
export const WORDS = Uint16Array.from({ length: 4096 }, () => 65536 * even());
export const KEY = Uint8Array.from({ length: CHECKSUM_KEY_BYTES }, () => 256 * even());
export const ROWS = range(0, 63).map(someRow);
/** The same with a reference: near the sum of all, far below it, or none where logits lie in the place of weights. */
export const STORED = ROWS.map((row, i) => [...row.slice(0, 7), i % 7 === 3 ? NaN : 2 * ((37 * i) % 75) - 106]);
export const SLOTS = range(0, 15).map(someSlot);

/** A row of a sweep's table, now and then of masks alone, or far below the others. */
function someRow(i: number): number[] {
  if (i % 9 === 4) return [0, 0, -Infinity, 0, 0, 0, 0, 0];
  const mantissa = 1 + even(), mean = -20 * even();
  const exponent = Math.round(100 * even()) - (i % 11 === 5 ? 4000 : 0);
  return [mantissa, exponent, 20 * even(), mantissa * mean, mantissa * mean * mean * (1 + even()), 0, 0, 0];
}

/** The bytes of an accumulator: an empty one, then of ever more rows. */
function someSlot(i: number): Uint8Array {
  const memory = new ArrayBuffer(16384);
  const { clear, deposit } = referenceFunctions(REFERENCES, viewsOf(memory, "f32", LOG2_E_PAIR));
  clear(0);
  range(1, i).forEach((_, j) => new Float64Array(memory).set(ROWS[(5 * i + j) % 64], 128 + j * Column.stride));
  deposit(i % 3 === 2 ? "squares" : i % 3 === 1 ? "moments" : "sum", 1024, i, 0);
  return new Uint8Array(memory, 0, SLOT_BYTES);
}
