import { assertEquals, assertNotEquals } from "@std/assert";
import { CHECKSUM_KEY_BYTES, TILE, TILES } from "../../kernels/mod.ts";
import { BACKENDS, type Bench, benchOf, forEachBackend, KINDS, lay, range, uniform } from "./support.ts";

/** The value of half-float bits, by the standard's formula. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -24 * fraction;
}

function putWords(bench: Bench, words: Uint16Array, at: number): void {
  bench.bytes.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), at);
}

Deno.test("every half float and every bfloat16 widens exactly", () => {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { mapped, stage } = bench.lane;
    const count = TILES * TILE;
    for (let first = 0; first < 65536; first += count) {
      putWords(bench, Uint16Array.from({ length: count }, (_, i) => first + i), mapped + 2);
      kernels.widenF16(mapped + 2, count, stage);
      for (let i = 0; i < count; i++) {
        const got = bench.f32[stage / 4 + i], wanted = half(first + i);
        if (!Object.is(got, wanted)) throw new Error(`half ${first + i}: ${got}, not ${wanted}`);
      }
      kernels.widenBf16(mapped + 2, count, stage);
      for (let i = 0; i < count; i++) {
        bits[0] = (first + i) << 16;
        const got = bench.f32[stage / 4 + i];
        if (!Object.is(got, float[0])) throw new Error(`bfloat16 ${first + i}: ${got}, not ${float[0]}`);
      }
    }
  });
});

Deno.test("widening any number of words at any even address writes just that many", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { mapped, stage } = bench.lane;
    for (const length of range(0, 40)) {
      for (const shift of range(0, 7)) {
        const words = Uint16Array.from({ length }, (_, i) => 0x3c00 + 7 * i);
        putWords(bench, words, mapped + 2 * shift);
        for (const name of ["widenF16", "widenBf16"] as const) {
          const first = stage / 4 + 4 + (shift & 3);
          bench.f32.fill(-1, first - 4, first + length + 8);
          kernels[name](mapped + 2 * shift, length, first * 4);
          const got = [...bench.f32.slice(first - 4, first + length + 8)];
          const wanted = [...words].map((word) => name === "widenF16" ? half(word) : bfloat(word));
          assertEquals(got, [-1, -1, -1, -1, ...wanted, -1, -1, -1, -1, -1, -1, -1, -1]);
        }
      }
    }
  });
});

function bfloat(word: number): number {
  return new Float32Array(Uint32Array.of(word << 16).buffer)[0];
}

/** A key, the same at every run. */
function keyOf(seed: number): Uint8Array {
  const next = uniform(seed);
  return Uint8Array.from({ length: CHECKSUM_KEY_BYTES }, () => 256 * next());
}

/** Both sums of bytes that lie at an address, in hexadecimal, continued from others. */
function sumsOf(
  bench: Bench,
  [at, bytes, offset]: readonly number[],
  key: Uint8Array,
  before = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0),
) {
  const { kernels, kernels: { arena: { scratch, out } } } = bench;
  bench.bytes.set(key, scratch);
  bench.bytes.set(before, out);
  kernels.checksum(at, bytes, offset, scratch, out);
  return bench.bytes.slice(out, out + 8);
}

/** The checksums of all of `data`, taken in pieces that end at the given cuts, in any order of the pieces. */
function checksum(bench: Bench, data: Uint8Array, cuts: readonly number[], shift: number, backwards = false): string {
  const at = bench.buffer + shift;
  const ends = [...cuts, data.length];
  const pieces = ends.map((end, i) => [i === 0 ? 0 : ends[i - 1], end]);
  if (backwards) pieces.reverse();
  let sums: Uint8Array<ArrayBuffer> | undefined;
  for (const [start, end] of pieces) {
    bench.bytes.set(data.subarray(start, end), at);
    sums = sumsOf(bench, [at, end - start, start], keyOf(5), sums);
  }
  return sums!.toHex();
}

Deno.test("the checksum is the same for any cut at even offsets, on every backend", () => {
  const next = uniform(41);
  for (const length of [0, 2, 4, 14, 16, 18, 4094, 4096, 4098, 20000]) {
    const data = Uint8Array.from({ length }, () => 256 * next());
    const wanted = checksum(benchOf("reference"), data, [], 0);
    for (const backend of BACKENDS) {
      const bench = benchOf(backend);
      for (let trial = 0; trial < 12; trial++) {
        const cuts = range(1, trial).map(() => 2 * Math.floor(next() * length / 2)).sort((a, b) => a - b);
        assertEquals(checksum(bench, data, cuts, 2 * (trial % 8)), wanted, backend);
        assertEquals(checksum(bench, data, cuts, 2 * (trial % 8), true), wanted, backend);
      }
    }
  }
});

Deno.test("the checksum notices a changed word, an exchange, a flipped sign, a shift, far offsets", () => {
  forEachBackend((bench) => {
    const row = KINDS.normal(3000, 2);
    const sum = (values: Float32Array) => checksum(bench, new Uint8Array(values.buffer), [], 0);
    const whole = sum(row);
    const next = uniform(3);
    let missed = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const [i, j] = [Math.floor(next() * 3000), Math.floor(next() * 3000)];
      const changed = row.slice();
      if (trial % 4 === 0) changed[i] += 0.125;
      if (trial % 4 === 1) [changed[i], changed[j]] = [changed[j], changed[i]];
      if (trial % 4 === 2) changed[i] *= -1;
      if (trial % 4 === 3) [changed[i], changed[j]] = [-changed[i], -changed[j]];
      if (changed.some((x, at) => x !== row[at]) && sum(changed) === whole) missed++;
    }
    assertEquals(missed, 0);
    assertNotEquals(sum(row.subarray(1).slice()), sum(row.subarray(0, 2999).slice()));
    const at = lay(bench, row);
    const offsets = [0, 4096, 2 ** 32, 2 ** 44, 2 ** 44 + 4096];
    const sums = offsets.map((offset) => sumsOf(bench, [at, 12000, offset], keyOf(5)).toHex());
    assertEquals(new Set(sums).size, 5);
  });
});

Deno.test("what one key of a checksum does not tell apart, others do", () => {
  const bench = benchOf("reference"), row = KINDS.normal(2048, 2);
  const sumsUnder = (values: Float32Array, seed: number) =>
    sumsOf(bench, [lay(bench, values), 4 * values.length, 0], keyOf(seed));
  // Who knows a key finds other bytes of the same first sum: two words against each other.
  row[0] = 0;
  const forged = row.slice(), words = new Int16Array(forged.buffer), factors = new Int16Array(keyOf(1).slice(8).buffer);
  words[0] = factors[1];
  words[1] = -factors[0];
  const first = (sums: Uint8Array) => sums.subarray(0, 4).toHex();
  const same = range(1, 200).filter((seed) => first(sumsUnder(forged, seed)) === first(sumsUnder(row, seed)));
  assertEquals(same, [1]);
  for (const seed of range(1, 200)) assertNotEquals(sumsUnder(forged, seed).toHex(), sumsUnder(row, seed).toHex());
});
