import { assert, assertEquals } from "@std/assert";
import { exp, ln } from "../../kernels/mod.ts";
import { exp2Fraction, expMinusOne } from "../../kernels/reference/elementary.ts";
import { GOLDEN_EXP, GOLDEN_LN } from "./golden.ts";

const bits = new BigInt64Array(1);
const value = new Float64Array(bits.buffer);

/** How many float64 numbers lie between two of the same sign. */
function distance(a: number, b: number): number {
  value[0] = a;
  const first = bits[0];
  value[0] = b;
  return Math.abs(Number(first - bits[0]));
}

Deno.test("exp and ln are within 1 ulp of values computed with 60 digits", () => {
  for (const [x, y] of GOLDEN_EXP) assert(distance(exp(x), y) <= 1, `exp(${x}) = ${exp(x)}, not ${y}`);
  for (const [x, y] of GOLDEN_LN) assert(distance(ln(x), y) <= 1, `ln(${x}) = ${ln(x)}, not ${y}`);
});

Deno.test("exp and ln follow the special values", () => {
  assertEquals([exp(0), exp(-0), exp(Infinity), exp(-Infinity), exp(710), exp(-746), exp(NaN)], [
    1,
    1,
    Infinity,
    0,
    Infinity,
    0,
    NaN,
  ]);
  assertEquals([ln(1), ln(0), ln(-0), ln(Infinity), ln(-1), ln(-Infinity), ln(NaN)], [
    0,
    -Infinity,
    -Infinity,
    Infinity,
    NaN,
    NaN,
    NaN,
  ]);
  assertEquals(ln(Number.MIN_VALUE), -744.4400719213812);
  assertEquals(exp(-745.1332191019411), Number.MIN_VALUE);
});

Deno.test("powers of two are exact at the ends of the fraction and e^x - 1 keeps its digits near 0", () => {
  assertEquals(exp2Fraction(0), 1);
  assert(Math.abs(exp2Fraction(0.5) - Math.SQRT2) <= 2 ** -52);
  assertEquals(expMinusOne(1e-20), 1e-20);
  assert(Math.abs(expMinusOne(1) - (Math.E - 1)) <= 2 ** -51);
});
