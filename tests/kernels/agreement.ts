/** Calls a kernel as its row of a table says, in two memories alike, and compares what they hold afterwards. */
import { assert } from "@std/assert";
import { Cell, Column, SLOT_BYTES, TILE } from "../../kernels/mod.ts";
import { referenceFunctions } from "../../kernels/functions.ts";
import { LOG2_E_PAIR } from "../../kernels/reference/binary_exponent.ts";
import { REFERENCES } from "../../kernels/reference_kernels.ts";
import type { Area, Row } from "../../kernels/row.ts";
import { viewsOf } from "../../kernels/views.ts";
import { normal, range, uniform } from "./support.ts";

// deno-lint-ignore no-explicit-any
type Kernel = (...args: any[]) => any;

/** Kernels over a memory of their own. */
export interface Side {
  readonly functions: Readonly<Record<string, Kernel>>;
  readonly memory: ArrayBuffer;
}

/** The first 16 KiB are a module's own; then six areas of 16 KiB, the cells, and 16 KiB for what lies at the very end. */
const ROOM = 16384;
const CELLS = 7 * ROOM;
const END = CELLS + 8 * Cell.ring + ROOM;

/** Memory for one side. */
export function memoryOfSide(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: END / 65536 });
}

/** One way to call a kernel. */
export interface Case {
  /** How many logits, words or rows. */
  readonly length: number;
  /** Which alignment of its addresses. */
  readonly shift: number;
  /** Whether the first area of logits or words ends where memory ends. */
  readonly atEnd?: boolean;
  /** What values are given. */
  readonly values: Readonly<Record<string, unknown>>;
  /** A special value, at this place of its logits or words. */
  readonly special?: number;
  readonly place?: number;
}

const SPECIALS = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-40,
  -1e-40,
  60,
  90,
  32769,
  -32769,
  2 ** 21 + 1,
  -1e7,
  3.4e38,
  -3.4e38,
];
/** Infinity, NaN, zeros and subnormal numbers, as half floats or as bfloat16. */
const SPECIAL_WORDS = [0x7c00, 0xfc00, 0x7e01, 0x7f80, 0xff80, 0x7fc1, 0x8000, 0, 1, 0x8001, 0x7bff];

const gauss = normal(77), even = uniform(78);
const LOGITS = Float32Array.from({ length: 4096 }, () => 4 * gauss());
const WORDS = Uint16Array.from({ length: 4096 }, () => 65536 * even());
const ROWS = range(0, 63).map(someRow);
const SLOTS = range(0, 15).map(someSlot);

/** A row of a sweep's table, now and then of masks alone, or far below the others. */
function someRow(i: number): number[] {
  if (i % 9 === 4) return [0, 0, -Infinity, 0, 0, 0, 0, 0];
  const mantissa = 1 + even(), mean = -20 * even();
  const exponent = Math.round(100 * even()) - (i % 11 === 5 ? 4000 : 0);
  return [mantissa, exponent, 20 * even(), mantissa * mean, mantissa * mean * mean * (1 + even()), 0, 0, 0];
}

/** The bytes of an accumulator: an empty one, then of ever more rows. */
function someSlot(i: number): Uint8Array {
  const memory = new ArrayBuffer(ROOM);
  const { clear, deposit } = referenceFunctions(REFERENCES, viewsOf(memory, "f32", LOG2_E_PAIR));
  clear(0);
  range(1, i).forEach((_, j) => new Float64Array(memory).set(ROWS[(5 * i + j) % 64], 128 + j * Column.stride));
  deposit(i % 3 === 2 ? "squares" : i % 3 === 1 ? "moments" : "sum", 1024, i, 0);
  return new Uint8Array(memory, 0, SLOT_BYTES);
}

/** Every way to call a kernel that its agreement is tested for. */
export function* casesOf(row: Row): Generator<Case> {
  const all = combinations(row);
  const parameters = Object.values(row.parameters);
  const areas = parameters.map(({ is }) => is).filter((is) => is in SIZES);
  const shifts = areas.includes("words") ? 8 * 4 ** (areas.length - 1) : 4 ** areas.length;
  const ofRows = parameters.some(({ is }) => is === "tiles");
  for (const values of all) {
    for (const length of range(0, ofRows ? 32 : 33)) {
      for (const shift of range(0, shifts - 1)) yield { length, shift, values };
      for (const atEnd of areas.length > 0 ? [true] : []) yield { length, shift: 0, atEnd, values };
    }
  }
  if (areas.length === 0) return;
  const tile = parameters.some(({ is }) => is === "tile");
  const borders = tile ? [1022, 1023, 1024] : [1023, 1024, 1025, 1032, 1033, 2047, 2048, 2049];
  const { most } = parameters.find(({ is }) => is in SIZES)!;
  const specials = areas.includes("words") ? SPECIAL_WORDS : SPECIALS.filter((x) => !(x > most));
  for (const [i, values] of all.entries()) {
    for (const length of borders) yield { length, shift: (i + length) % shifts, values };
    for (const special of specials) {
      for (const place of range(0, 32)) yield { length: 33, shift: (place + i) % shifts, values, special, place };
      for (const place of range(1019, 1023)) yield { length: 1024, shift: place % shifts, values, special, place };
      if (!tile) yield { length: 1030, shift: i % shifts, values, special, place: 1026 };
    }
  }
}

/** All combinations of the values worth testing. */
function combinations({ parameters }: Row): Record<string, unknown>[] {
  let all: Record<string, unknown>[] = [{}];
  for (const [name, { values }] of Object.entries(parameters)) {
    if (values.length > 0) all = all.flatMap((given) => values.map((value) => ({ ...given, [name]: value })));
  }
  return all;
}

/** Bytes of an element, of areas that may begin at any element. */
const SIZES: Partial<Record<Area, number>> = { logits: 4, replaced: 4, mapped: 4, words: 2 };

/** What lies at an address: the window that is filled before a call, and compared after it. */
interface Window {
  readonly area: Area;
  readonly address: number;
  readonly start: number;
  readonly end: number;
}

/** Where each address of a call lies. */
function windowsOf(row: Row, { length, shift, atEnd }: Case): Map<string, Window> {
  const windows = new Map<string, Window>();
  let at = ROOM;
  let turn = shift;
  for (const [name, { is }] of Object.entries(row.parameters)) {
    if (is === "count" || is === "tile" || is === "bytes" || is === "tiles" || is === "value") continue;
    const size = SIZES[is];
    const bytes = sizeOf(is, length);
    let address = is === "cells" ? CELLS : at + 64;
    if (size) {
      const choices = is === "words" ? 8 : 4;
      address += size * (turn % choices);
      turn = Math.floor(turn / choices);
      if (atEnd && ![...windows.values()].some(({ area }) => area in SIZES)) address = END - bytes;
    }
    const start = is === "cells" ? address : Math.floor(address / 8) * 8 - 64;
    windows.set(name, {
      area: is,
      address,
      start,
      end: Math.min(END, Math.ceil((address + bytes) / 8) * 8 + (is === "cells" ? 0 : 64)),
    });
    at += ROOM;
  }
  return windows;
}

function sizeOf(area: Area, length: number): number {
  if (area === "table") return 8 * Column.stride * Math.ceil(length / TILE);
  if (area === "rows") return 8 * Column.stride * length;
  if (area === "slot") return SLOT_BYTES;
  if (area === "cells") return 8 * Cell.ring;
  if (area === "out") return 64;
  if (area === "pair") return 16;
  return area === "words" ? 2 * length : 4 * length;
}

/** Fills a window: what is read, with something else around it. */
function fill(memory: ArrayBuffer, { area, address, start, end }: Window, at: Case, most: number): void {
  const { length, special = NaN, place } = at;
  if (area === "cells") return void new Uint32Array(memory, start, 2 * Cell.ring).fill(3);
  if (area === "logits" || area === "replaced" || area === "mapped") {
    new Float32Array(memory, start, (end - start) >> 2).fill(area === "mapped" ? 12345.5 : NaN);
    if (area === "mapped") return;
    const offset = (7 * length + at.shift) % 1024;
    const logits = new Float32Array(memory, address, length);
    logits.set(LOGITS.subarray(offset, offset + length));
    if (most < Infinity) logits.forEach((x, i) => logits[i] = Math.min(x, most));
    if (place !== undefined) logits[place] = special;
    return;
  }
  new Float64Array(memory, start, (end - start) >> 3).fill(7);
  if (area === "words") {
    const words = new Uint16Array(memory, address, length);
    words.set(WORDS.subarray(length, 2 * length));
    if (place !== undefined) words[place] = special;
  }
  if (area === "rows") {
    const rows = new Float64Array(memory, address, length * Column.stride);
    for (let i = 0; i < length; i++) rows.set(ROWS[(3 * length + i) % 64], i * Column.stride);
  }
  if (area === "slot") new Uint8Array(memory).set(SLOTS[(3 * length + (address >> 14)) % 16], address);
}

/** Calls a kernel on both sides, and refuses any difference beyond the row's error. */
export function checkAgreement(name: string, row: Row, [found, wanted]: readonly [Side, Side], at: Case): void {
  const windows = windowsOf(row, at);
  const given = Object.entries(row.parameters).map(([parameter, { is }]) => {
    if (is === "value") return at.values[parameter];
    return windows.get(parameter)?.address ?? (is === "bytes" ? 2 * at.length : at.length);
  });
  for (const { memory } of [found, wanted]) {
    for (const [parameter, window] of windows) fill(memory, window, at, row.parameters[parameter].most);
  }
  const size = sizeOfLogits(wanted, windows);
  const a = found.functions[name](...given), b = wanted.functions[name](...given);
  const { error = 0 } = row;
  const same = a === b || (a !== a && b !== b) || Math.abs(a - b) <= error * size;
  if (!same) fail(name, at, `gives ${a}, not ${b}`);
  for (const [parameter, window] of windows) {
    if (window.area === "cells") clearLeast([found, wanted], at.values.least as number);
    const difference = compare(found.memory, wanted.memory, window, row);
    if (difference) fail(name, at, `${parameter}: ${difference}`);
  }
}

/** What the cell of the least number holds means nothing. */
function clearLeast(sides: readonly Side[], least: number): void {
  const place = ((least % Cell.ring) + Cell.ring) % Cell.ring;
  for (const { memory } of sides) new Uint32Array(memory, CELLS).fill(0, 2 * place, 2 * place + 2);
}

function fail(name: string, { length, shift, atEnd, values, special, place }: Case, what: string): never {
  const where = place === undefined ? "" : `, ${special} at ${place}`;
  const given = Object.entries(values).map(([key, value]) => `, ${key} ${value}`).join("");
  throw new Error(`${name} of ${length} at alignment ${atEnd ? "of the end" : shift}${where}${given}: ${what}`);
}

/** The sum of the magnitudes of what is added up. */
function sizeOfLogits({ memory }: Side, windows: ReadonlyMap<string, Window>): number {
  let sum = 0;
  for (const { area, start, end } of windows.values()) {
    if (area === "logits") {
      for (const x of new Float32Array(memory, start, (end - start) >> 2)) sum += Math.abs(x) || 0;
    }
  }
  return sum;
}

/** The first difference of a window, if there is one. */
function compare(a: ArrayBuffer, b: ArrayBuffer, { area, start, end }: Window, row: Row): string | undefined {
  const { error = 0, least = 0 } = row;
  if (area === "mapped" || area === "replaced") {
    return firstApart(
      new Float32Array(a, start, (end - start) >> 2),
      new Float32Array(b, start, (end - start) >> 2),
      error,
      least,
    );
  }
  const words = (end - start) >> 3;
  const found = new Float64Array(a, start, words), wanted = new Float64Array(b, start, words);
  if (area === "out") return firstApart(found, wanted, error, least);
  if (area === "pair") return pairsApart(found.subarray(8), wanted.subarray(8), error);
  if (area === "table") return rowsApart(found.subarray(8), wanted.subarray(8), error);
  const i = firstDifference(new Uint32Array(a, start, 2 * words), new Uint32Array(b, start, 2 * words));
  return i < 0 ? undefined : `bytes from ${4 * i} on differ`;
}

function firstDifference(found: Uint32Array, wanted: Uint32Array): number {
  for (let i = 0; i < found.length; i++) if (found[i] !== wanted[i]) return i;
  return -1;
}

function firstApart(
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
function pairsApart(found: Float64Array, wanted: Float64Array, error: number): string | undefined {
  const [a, b] = [found, wanted].map(([mantissa, exponent]) => Math.log(mantissa) + exponent * Math.LN2);
  const same = Object.is(a, b) || Math.abs(a - b) <= error + 2 ** -52 * Math.abs(b);
  return same ? firstApart(found.subarray(2), wanted.subarray(2), 0, 0) : `a sum of e^${a}, not e^${b}`;
}

/** Rows of a sweep: the same but for sums, which are compared about the reference's exponent. */
function rowsApart(found: Float64Array, wanted: Float64Array, error: number): string | undefined {
  for (let at = 0; at + Column.stride <= found.length; at += Column.stride) {
    const [a, b] = [found, wanted].map((table) => table.slice(at, at + Column.stride));
    const far = a[Column.exponent] - b[Column.exponent];
    if (b[Column.mantissa] >= 1 && b[Column.mantissa] < 2 && Math.abs(far) <= 1) moveTo(a, far);
    const size = b[Column.mantissa] + Math.abs(b[Column.moment]);
    const bounds = new Map([[Column.mantissa, 1], [Column.moment, 2 * size], [
      Column.square,
      4 * (size + b[Column.square]),
    ]]);
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

/** All agreements of a kernel. */
export function checkKernel(name: string, row: Row, found: Side, wanted: Side): void {
  let calls = 0;
  for (const at of casesOf(row)) {
    checkAgreement(name, row, [found, wanted], at);
    calls++;
  }
  assert(calls > 10);
}
