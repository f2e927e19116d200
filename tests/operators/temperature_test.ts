import { assertEquals, assertThrows } from "@std/assert";
import { errorCode, ParameterError } from "@sluice/sluice/core";
import { softcap, temperature } from "@sluice/sluice/operators";
import { random } from "../sources/_bytes.ts";
import { applied, SPECIALS } from "./_apply.ts";

Deno.test("temperature() is x / fround(T) in float32, to the bit; f64 rows x / T", () => {
  const next = random(5);
  for (const t of [0.1, 0.7, 0.8, 1, 1.3, 2, 3, 1e-30, 1e30, 1e-45, 3e38]) {
    const logits = Float32Array.from([...SPECIALS, ...Array.from({ length: 2000 }, () => (next() - 0.5) * 200)]);
    assertEquals(applied(temperature(t), logits), logits.map((x) => x / Math.fround(t)));
    const wide = Float64Array.from(logits, (x) => x * 1.1);
    assertEquals(applied(temperature(t), wide), wide.map((x) => x / t));
  }
});

Deno.test("temperature() and softcap() refuse 0, negative numbers, NaN and Infinity", () => {
  for (const value of [0, -0, -1, NaN, Infinity, -Infinity]) {
    assertEquals(errorCode(assertThrows(() => temperature(value), ParameterError)), "E_PARAM");
    assertEquals(errorCode(assertThrows(() => softcap(value), ParameterError)), "E_PARAM");
  }
  assertThrows(() => temperature(0), ParameterError, "argmax");
  // What float32 rounds to 0 or to Infinity is no divisor.
  for (const value of [1e-46, 5e-324, 3.5e38, Number.MAX_VALUE]) {
    assertThrows(() => temperature(value), ParameterError, "float32");
  }
  assertThrows(() => temperature("1" as unknown as number), ParameterError);
});
