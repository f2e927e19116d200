/** Calls a kernel as its row of a table says, in two memories alike, and compares what they hold afterwards. */
import { assert } from "@std/assert";
import { Cell, CHECKSUM_KEY_BYTES, Column, SLOT_BYTES, TILE } from "../../kernels/mod.ts";
import type { Area, Row } from "../../kernels/row.ts";
import { type Case, casesOf, SIZES } from "./cases.ts";
import { KEY, LOGITS, ROWS, SLOTS, STORED, WORDS } from "./contents.ts";
import { firstApart, firstDifference, pairsApart, rowsApart, weightsApart } from "./differences.ts";

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
  let turn = shift, movable = 0;
  for (const [name, { is }] of Object.entries(row.parameters)) {
    if (is === "count" || is === "tile" || is === "bytes" || is === "tiles" || is === "value") continue;
    const size = SIZES[is];
    const bytes = sizeOf(is, length);
    let address = is === "cells" ? CELLS : at + 64;
    if (size) {
      const choices = is === "words" ? 8 : 4;
      address += size * (turn % choices);
      turn = Math.floor(turn / choices);
      if (movable++ === atEnd) address = END - bytes;
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
  if (area === "table" || area === "swept") return 8 * Column.stride * Math.ceil(length / TILE);
  if (area === "rows") return 8 * Column.stride * length;
  if (area === "slot") return SLOT_BYTES;
  if (area === "cells") return 8 * Cell.ring;
  if (area === "out") return 64;
  if (area === "pair") return 16;
  if (area === "key") return CHECKSUM_KEY_BYTES;
  if (area === "sums") return 8;
  if (area === "totals") return 16 * Math.ceil(length / 3);
  return area === "words" ? 2 * length : 4 * length;
}

/** Fills a window: what is read, with something else around it. */
function fill(memory: ArrayBuffer, { area, address, start, end }: Window, at: Case, most: number): void {
  const { length, special = NaN, place } = at;
  if (area === "cells") return void new Uint32Array(memory, start, 2 * Cell.ring).fill(3);
  if (area === "logits" || area === "replaced" || isWritten(area)) {
    new Float32Array(memory, start, (end - start) >> 2).fill(isWritten(area) ? 12345.5 : NaN);
    if (isWritten(area)) return;
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
  if (area === "rows" || area === "swept") {
    const count = area === "rows" ? length : Math.ceil(length / TILE);
    const rows = new Float64Array(memory, address, count * Column.stride);
    const some = area === "rows" ? ROWS : STORED;
    for (let i = 0; i < count; i++) rows.set(some[(3 * length + i) % 64], i * Column.stride);
  }
  if (area === "key") new Uint8Array(memory).set(KEY, address);
  if (area === "slot") new Uint8Array(memory).set(SLOTS[(3 * length + (address >> 14)) % 16], address);
}

function isWritten(area: Area): boolean {
  return area === "mapped" || area === "weights";
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
    const difference = compare(found.memory, wanted.memory, window, row, windows.get("table"));
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
  throw new Error(
    `${name} of ${length} at alignment ${atEnd === undefined ? shift : "of the end"}${where}${given}: ${what}`,
  );
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
function compare(
  a: ArrayBuffer,
  b: ArrayBuffer,
  { area, start, end, address }: Window,
  row: Row,
  table?: Window,
): string | undefined {
  const { error = 0, least = 0 } = row;
  if (area === "mapped" || area === "replaced") {
    return firstApart(
      new Float32Array(a, start, (end - start) >> 2),
      new Float32Array(b, start, (end - start) >> 2),
      error,
      least,
    );
  }
  if (area === "weights") {
    const weights = [a, b].map((memory) => new Float32Array(memory, start, (end - start) >> 2));
    const references = [a, b].map((memory) => (i: number) => {
      const tile = Math.max(0, Math.floor((start + 4 * i - address) / 4 / TILE));
      return new Float64Array(memory, table!.address + 8 * Column.stride * tile, Column.stride)[Column.reference];
    });
    return weightsApart([weights[0], references[0]], [weights[1], references[1]], error, least);
  }
  const words = (end - start) >> 3;
  const found = new Float64Array(a, start, words), wanted = new Float64Array(b, start, words);
  if (area === "out" || area === "totals") return firstApart(found, wanted, error, least);
  if (area === "pair") return pairsApart(found.subarray(8), wanted.subarray(8), error);
  if (area === "table") return rowsApart(found.subarray(8), wanted.subarray(8), error);
  const i = firstDifference(new Uint32Array(a, start, 2 * words), new Uint32Array(b, start, 2 * words));
  return i < 0 ? undefined : `bytes from ${4 * i} on differ`;
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
