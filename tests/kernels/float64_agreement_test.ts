/** Promise: float64 kernels of every build give the bits of the reference, whatever the length, the alignment and the logits. */
import { assertEquals } from "@std/assert";
import { float64Functions } from "../../kernels/float64_kernels.ts";
import { referenceFunctions } from "../../kernels/functions.ts";
import { TILE, Total } from "../../kernels/mod.ts";
import { LOG2_E_PAIR } from "../../kernels/reference/binary_exponent.ts";
import { REFERENCES } from "../../kernels/reference_kernels.ts";
import { viewsOf } from "../../kernels/views.ts";
import { BACKENDS, LENGTHS, LEVELS, normal, range, uniform } from "./support.ts";

const BUILDS = (["fma", "simd"] as const).filter((build) => BACKENDS.includes(build));
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

/** Everything that kernels make of a row that begins `shift` logits in: every word of memory, and every number given. */
function everything(
  kernels: ReturnType<typeof float64Functions>,
  memory: ArrayBuffer,
  row: Float64Array,
  shift: number,
): unknown[] {
  const at = LOGITS + 8 * shift, { length } = row;
  const numbers = new Float64Array(memory);
  numbers.fill(7, LOGITS >> 3);
  numbers.set(row, at >> 3);
  const given: unknown[] = [];
  const keep = (value?: unknown) => given.push(value, new BigUint64Array(memory.slice(LOGITS)));
  const mapped = MAPPED + 8 * (1 - shift % 2), tiles = Math.ceil(length / TILE);
  for (const level of LEVELS) {
    keep(kernels.sweep(level, at, length, TABLE));
    kernels.clear(SLOT);
    kernels.deposit(level, TABLE, tiles, SLOT);
    kernels.total(SLOT, OUT);
    keep();
  }
  keep(kernels.store(at, length, TABLE, WEIGHTS + 8 * (shift % 3)));
  const [maximum, mantissa, exponent, logSum] = [Total.maximum, Total.mantissa, Total.exponent, Total.logSum].map((i) =>
    numbers[(OUT >> 3) + i]
  );
  for (const away of [0, 900, -900, 1100, -1100, 1e5, 2 ** 60]) {
    keep(kernels.share(WEIGHTS + 8 * (shift % 3), length, TABLE, mapped, mantissa, exponent + away));
    keep(kernels.probabilities(at, length, mapped, mantissa, exponent + away));
  }
  keep(kernels.logProbabilities(at, length, mapped, maximum, logSum));
  const one = Math.min(length, TILE);
  for (const value of [row[length >> 1] ?? 0, 0, -Infinity, Infinity, NaN]) {
    for (const inclusive of [false, true]) keep(kernels.collect(at, one, value, inclusive, INDICES));
    keep(kernels.find(at, one, value));
    keep(kernels.countGreater(at, length, value));
  }
  keep(kernels.countMasked(at, length));
  keep(kernels.probabilities(at, length, at, mantissa, exponent));
  return given;
}

function check(build: "fma" | "simd", rows: Iterable<[string, Float64Array, number]>): void {
  const wasm = new WebAssembly.Memory({ initial: PAGES });
  const found = float64Functions(build, wasm);
  const memory = new ArrayBuffer(PAGES * 65536);
  const wanted = referenceFunctions(REFERENCES, viewsOf(memory, "f64", LOG2_E_PAIR));
  for (const [name, row, shift] of rows) {
    const a = everything(found, wasm.buffer as ArrayBuffer, row, shift), b = everything(wanted, memory, row, shift);
    for (const [i, value] of a.entries()) {
      if (value instanceof BigUint64Array) {
        const other = b[i] as BigUint64Array, word = value.findIndex((x, j) => x !== other[j] && !bothNaN(x, other[j]));
        if (word >= 0) {
          throw new Error(
            `${name}, ${row.length} at ${shift}, answer ${i}: word at ${LOGITS + 8 * word}: ${
              asNumber(value[word])
            }, not ${asNumber(other[word])}`,
          );
        }
      } else assertEquals(value, b[i], `${name}, ${row.length} at ${shift}, answer ${i}`);
    }
  }
}

const bits = new DataView(new ArrayBuffer(8));

function asNumber(word: bigint): number {
  bits.setBigUint64(0, word);
  return bits.getFloat64(0);
}

/** Which NaN it is, is the host's to say. */
function bothNaN(a: bigint, b: bigint): boolean {
  return Number.isNaN(asNumber(a)) && Number.isNaN(asNumber(b));
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

for (const build of BUILDS) {
  Deno.test(`float64 rows of every length and kind have the reference's bits: ${build}`, () =>
    check(build, ofEveryLength()));
  Deno.test(`float64 specials in every lane have the reference's bits: ${build}`, () => check(build, withSpecials()));
}
