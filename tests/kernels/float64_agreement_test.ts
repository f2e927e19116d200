/** Promise: float64 kernels give the bits of the reference, whatever the length, the alignment and the logits. */
import { assertEquals } from "@std/assert";
import { float64Functions } from "../../kernels/float64_kernels.ts";
import { referenceFunctions } from "../../kernels/functions.ts";
import { TILE, Total } from "../../kernels/mod.ts";
import { LOG2_E_PAIR } from "../../kernels/reference/binary_exponent.ts";
import { REFERENCES } from "../../kernels/reference_kernels.ts";
import { viewsOf } from "../../kernels/views.ts";
import { BACKENDS, LENGTHS, LEVELS, normal, range, uniform } from "./support.ts";

const PAGES = 4;
const [LOGITS, TABLE, WEIGHTS, MAPPED, SLOT, OUT, INDICES] = [8192, 65536, 73728, 131072, 196608, 200704, 204800];

/** Rows of every kind that the reference treats in a way of its own. */
const KINDS: Record<string, (length: number, seed: number) => Float64Array> = {
  normal: (length, seed) => filled(length, normal(seed), (next) => 4 * next()),
  wide: (length, seed) => filled(length, uniform(seed), (next) => 1600 * next() - 800),
  far: (length, seed) => filled(length, uniform(seed), (next) => 1e6 * next() - 5e5),
  offset: (length, seed) => filled(length, normal(seed), (next) => 1e12 + 5 * next()),
  masked: (length, seed) => filled(length, uniform(seed), (next) => next() < 0.5 ? -Infinity : 10 * next()),
  tiny: (length, seed) => filled(length, normal(seed), (next) => 1e-310 * next()),
  tied: (length, seed) => filled(length, uniform(seed), (next) => Math.floor(4 * next()) / 4),
  halves: (length, seed) => filled(length, uniform(seed), (next) => Math.round(40 * next()) / 2 * Math.LN2),
  nothing: (length) => new Float64Array(length).fill(-Infinity),
  beyond: (length, seed) => filled(length, uniform(seed), (next) => (next() - 0.5) * 2 ** Math.round(104 * next() - 2)),
};

const SPECIALS = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  5e-324,
  -1e-310,
  710,
  -746,
  2 ** 49,
  -(2 ** 49),
  2 ** 50,
  -(2 ** 50),
  2 ** 50 + 1,
  1e308,
  -1e308,
];

function filled(length: number, next: () => number, value: (next: () => number) => number): Float64Array {
  return Float64Array.from({ length }, () => value(next));
}

type Functions = ReturnType<typeof float64Functions>;
/** A call of a kernel, and the first byte of what it writes. */
type Call = readonly [writes: number, call: (kernels: Functions) => unknown];

/** Every call that a row of `length` logits at `at` is worth; `sum` gives the totals of the reference. */
function* callsOf(row: Float64Array, at: number, shift: number, sum: Float64Array): Generator<Call> {
  const { length } = row, tiles = Math.ceil(length / TILE), one = Math.min(length, TILE);
  const mapped = MAPPED + 8 * (1 - shift), weights = WEIGHTS + 8 * shift;
  for (const level of LEVELS) {
    yield [TABLE, (k) => k.sweep(level, at, length, TABLE)];
    yield [SLOT, (k) => k.clear(SLOT)];
    yield [SLOT, (k) => k.deposit(level, TABLE, tiles, SLOT)];
    yield [OUT, (k) => k.total(SLOT, OUT)];
  }
  const [maximum, mantissa, exponent] = [Total.maximum, Total.mantissa, Total.exponent].map((i) => sum[i]);
  yield [TABLE, (k) => k.store(at, length, TABLE, weights)];
  yield [weights, () => {}];
  for (const away of [0, 900, -900, 1100, -1100, 1e5, 2 ** 60]) {
    yield [mapped, (k) => k.share(weights, length, TABLE, mapped, mantissa, exponent + away)];
    yield [mapped, (k) => k.probabilities(at, length, mapped, mantissa, exponent + away)];
  }
  yield [mapped, (k) => k.logProbabilities(at, length, mapped, maximum, sum[Total.logSum])];
  for (const value of [row[length >> 1] ?? 0, -Infinity, Infinity, NaN]) {
    yield [INDICES, (k) => k.collect(at, one, value, false, INDICES)];
    yield [INDICES, (k) => k.collect(at, one, value, true, INDICES)];
    yield [INDICES, (k) => k.find(at, one, value)];
    yield [INDICES, (k) => k.countGreater(at, length, value)];
  }
  yield [OUT, (k) => k.deviations(at, one, OUT)];
  yield [INDICES, (k) => k.countMasked(at, length)];
  yield [at, (k) => k.probabilities(at, length, at, mantissa, exponent)];
}

/** Lays a row, with something else around it and where results go. */
function lay(memory: ArrayBuffer, row: Float64Array, at: number): void {
  new Float64Array(memory).fill(7, LOGITS >> 3);
  new Float64Array(memory).set(row, at >> 3);
}

function check(rows: Iterable<[string, Float64Array, number]>): void {
  const wasm = new WebAssembly.Memory({ initial: PAGES }), memory = new ArrayBuffer(PAGES * 65536);
  const found = float64Functions(wasm);
  const wanted = referenceFunctions(REFERENCES, viewsOf(memory, "f64", LOG2_E_PAIR));
  for (const [name, row, shift] of rows) {
    const at = LOGITS + 8 * shift, words = 2 * (row.length + 64);
    for (const side of [wasm.buffer as ArrayBuffer, memory]) lay(side, row, at);
    let turn = 0;
    for (const [writes, call] of callsOf(row, at, shift, new Float64Array(memory, OUT, 8))) {
      const where = `${name}, ${row.length} at ${shift}, call ${turn++}`;
      assertEquals(call(found), call(wanted), where);
      const a = new Uint32Array(wasm.buffer, writes, words), b = new Uint32Array(memory, writes, words);
      const i = a.findIndex((word, i) => word !== b[i]);
      if (i >= 0 && !sameButForNaNs(wasm.buffer as ArrayBuffer, memory, writes, words / 2)) {
        throw new Error(`${where}: word ${i}`);
      }
    }
  }
}

/** Which NaN it is, is the host's to say. */
function sameButForNaNs(a: ArrayBuffer, b: ArrayBuffer, at: number, count: number): boolean {
  const found = new Float64Array(a, at, count), wanted = new Float64Array(b, at, count);
  return found.every((x, i) => Object.is(x, wanted[i]));
}

function* ofEveryLength(): Generator<[string, Float64Array, number]> {
  for (const [name, make] of Object.entries(KINDS)) {
    for (const length of LENGTHS.filter((length) => length < 3000)) yield [name, make(length, length + 1), length % 2];
  }
}

function* withSpecials(): Generator<[string, Float64Array, number]> {
  for (const special of SPECIALS) {
    for (const place of [...range(0, 9), 255, 256, 1022, 1023, 1024, 1030]) {
      const row = KINDS.normal(1031, place);
      row[place] = special;
      yield [`${special} at ${place}`, row, place % 2];
      yield [`${special} throughout ${place}`, new Float64Array(place).fill(special), place % 2];
    }
  }
}

if (BACKENDS.includes("simd")) {
  Deno.test("float64 rows of every length and kind have the reference's bits", () => check(ofEveryLength()));
  Deno.test("float64 specials in every lane have the reference's bits", () => check(withSpecials()));
}
