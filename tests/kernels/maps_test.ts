import { assert, assertEquals } from "@std/assert";
import { TILE } from "../../kernels/mod.ts";
import { type Bench, expected, forEachBackend, KINDS, lay, LENGTHS, range, totals, uniform } from "./support.ts";

const CANARY = 12345.5;

/** Runs a map of `row` from the stage to `mapped`, checks that nothing around the result changed, and gives the result. */
function map(bench: Bench, row: Float32Array, shift: number, run: (from: number, to: number) => void): Float32Array {
  const first = (bench.lane.mapped >> 2) + 4 + shift;
  bench.f32.fill(CANARY, first - 4, first + row.length + 8);
  run(lay(bench, row, shift), first * 4);
  for (const i of [...range(first - 4, first - 1), ...range(first + row.length, first + row.length + 7)]) {
    assertEquals(bench.f32[i], CANARY, `index ${i - first} was written`);
  }
  return bench.f32.slice(first, first + row.length);
}

/** Runs a map in place and checks the same. */
function mapInPlace(bench: Bench, row: Float32Array, shift: number, run: (at: number) => void): Float32Array {
  const at = lay(bench, row, shift);
  const first = at / 4;
  run(at);
  for (const i of [...range(first - 4, first - 1), ...range(first + row.length, first + row.length + 7)]) {
    assert(Number.isNaN(bench.f32[i]), `index ${i - first} was written`);
  }
  return bench.f32.slice(first, first + row.length);
}

function checkProbabilities(bench: Bench, row: Float32Array, shift: number, where: string): void {
  const [maximum, mantissa, exponent] = totals(bench, "sum", row);
  const wanted = expected(row);
  const got = map(bench, row, shift, (from, to) => {
    bench.kernels.probabilities(from, row.length, to, mantissa, exponent);
  });
  for (let i = 0; i < row.length; i++) {
    const p = Math.exp(row[i] - maximum - wanted.logSum);
    const bound = p > 1e-37 ? 3e-6 * p : 1e-37;
    assert(Math.abs(got[i] - p) <= bound, `${where}, ${i}: p(${row[i]}) = ${got[i]}, not ${p}`);
    if (row[i] === -Infinity) assertEquals(got[i], 0);
  }
}

Deno.test("probabilities of any length at any address are within 3e-6 of float64 and write nothing else", () => {
  forEachBackend((bench) => {
    for (const length of LENGTHS) checkProbabilities(bench, KINDS.normal(length, length), length % 4, `${length}`);
    for (const shift of range(0, 3)) checkProbabilities(bench, KINDS.normal(43, 1), shift, `shift ${shift}`);
    for (const kind of Object.keys(KINDS)) checkProbabilities(bench, KINDS[kind](5001, 8), 1, kind);
  });
});

Deno.test("probabilities keep NaN, give masks exactly 0, and are right beside logits out of the fast range", () => {
  forEachBackend((bench) => {
    for (const length of [1, 5, 8, 1030]) {
      const row = KINDS.wide(length, 2);
      row[length - 1] = NaN;
      row[length >> 1] = length > 1 ? -Infinity : NaN;
      const got = map(bench, row, 3, (from, to) => bench.kernels.probabilities(from, length, to, 1.5, 70));
      assert(Number.isNaN(got[length - 1]));
      if (length > 1) assertEquals(got[length >> 1], 0);
    }
    for (const far of [1e6, 3e6, 1e9, 3e38, -1e6, -3e6, -3e38]) {
      const row = KINDS.wide(2000, 2);
      row[1500] = far;
      checkProbabilities(bench, row, 1, `${far}`);
      checkProbabilities(bench, row.map((x) => x === far ? far : far < 0 ? -3e38 : 0), 1, `${far}`);
    }
    const nothing = map(bench, new Float32Array(5), 0, (from, to) => bench.kernels.probabilities(from, 5, to, 0, 0));
    assert(nothing.every(Number.isNaN));
  });
});

Deno.test("logits above the sum they are measured by still give their quotient", () => {
  forEachBackend((bench) => {
    const row = Float32Array.of(0, 60, 88, 90, 200, 1e5, 3e38, Infinity, -Infinity, NaN, -90);
    const got = map(bench, row, 1, (from, to) => bench.kernels.probabilities(from, row.length, to, 1.5, 0));
    row.forEach((x, i) => {
      const wanted = Math.exp(x) / 1.5;
      if (wanted > 3.5e38 || !(wanted > 0)) assertEquals(got[i], Math.fround(wanted), `${x}`);
      else assert(Math.abs(got[i] - wanted) <= 3e-6 * wanted + 1e-37, `${x}: ${got[i]}, not ${wanted}`);
    });
  });
});

Deno.test("probabilities may replace the logits they are made of", () => {
  forEachBackend((bench) => {
    const row = KINDS.normal(1033, 6);
    row[1030] = 1e9;
    const [, mantissa, exponent] = totals(bench, "sum", row);
    const apart = map(
      bench,
      row,
      1,
      (from, to) => bench.kernels.probabilities(from, row.length, to, mantissa, exponent),
    );
    const inPlace = mapInPlace(bench, row, 1, (at) => {
      bench.kernels.probabilities(at, row.length, at, mantissa, exponent);
    });
    assertEquals(inPlace, apart);
  });
});

Deno.test("log-probabilities are the float64 difference, rounded once", () => {
  forEachBackend((bench) => {
    for (const length of LENGTHS) {
      const row = KINDS.masked(length, length);
      if (length > 2) row.set([NaN, 3e38, -3e38].slice(0, length - 2), 2);
      for (const [maximum, logSum] of [[9.75, 3.141592653589793], [3.4e38, 0.5], [-1e4, 11.9]]) {
        const got = map(bench, row, length % 4, (from, to) => {
          bench.kernels.logProbabilities(from, length, to, maximum, logSum);
        });
        assertEquals(got, row.map((x) => (x - maximum) - logSum));
      }
    }
  });
});

Deno.test("divide gives x / fround(by) in float32, bit for bit", () => {
  const next = uniform(23);
  const word = new Uint32Array(TILE);
  const floats = new Float32Array(word.buffer);
  forEachBackend((bench) => {
    const divisors = [0.8, 1, 2, 3, 0.7, 1.1, 1e-3, 1e5, 1e-40, 1e40, 1e-300, 5e-324, 1e308, Infinity, -0.3, 1 / 3];
    for (let trial = 0; trial < 120; trial++) {
      const by = divisors[trial] ?? 2 ** (8 * next() - 4);
      // Every kind of bits; then quotients that lie near the middle between two float32.
      for (let i = 0; i < TILE; i++) {
        word[i] = next() * 4294967296;
        const odd = 2 ** 24 + 2 * Math.floor(next() * 2 ** 23) + 1;
        if (i % 3 === 1) floats[i] = odd * by;
        if (i % 3 === 2) floats[i] = odd * 2 ** -150 * by;
      }
      const length = TILE - trial % 5;
      const got = mapInPlace(bench, floats.slice(0, length), trial % 4, (at) => bench.kernels.divide(at, length, by));
      const wanted = floats.slice(0, length).map((x) => x / Math.fround(by));
      for (let i = 0; i < length; i++) {
        assert(Object.is(got[i], wanted[i]), `${floats[i]} / ${by} = ${got[i]}, not ${wanted[i]}`);
      }
    }
  });
});

Deno.test("softcap is cap tanh(x / cap) to half an ulp and a little, keeps masks and NaN", () => {
  forEachBackend((bench) => {
    for (const cap of [30, 50, 1, 0.01, 1e6]) {
      for (const length of [...range(0, 9), 1000, 1029]) {
        const row = KINDS.wide(length, length).map((x, i) => x * 10 ** (-(i % 9)));
        row.set([NaN, -Infinity, Infinity, -0, 1e-42, 3e38, -3e38].slice(0, Math.min(7, length)));
        const got = mapInPlace(bench, row, length % 4, (at) => bench.kernels.softcap(at, length, cap));
        row.forEach((x, i) => {
          const wanted = x === -Infinity ? x : cap * Math.tanh(x / cap);
          if (Number.isNaN(x)) assert(Number.isNaN(got[i]));
          else if (Math.abs(wanted) < 1e-30 || !Number.isFinite(wanted)) assert(Object.is(got[i], Math.fround(wanted)));
          else assert(Math.abs(got[i] - wanted) <= 2 ** -23.99 * Math.abs(wanted), `${x}: ${got[i]} ${wanted}`);
        });
      }
    }
  });
});
