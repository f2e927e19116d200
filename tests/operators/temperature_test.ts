import { assertEquals, assertThrows } from "@std/assert";
import { errorCode, ParameterError } from "@sluice/sluice/core";
import { softcap, temperature } from "@sluice/sluice/operators";
import { random } from "../sources/_bytes.ts";
import { applied, SPECIALS } from "./_apply.ts";

Deno.test("temperature() is fround(x / T) to the bit; f64 rows x / T", () => {
  const next = random(5);
  for (const t of [0.1, 0.7, 0.8, 1, 1.3, 2, 3, 1e-30, 1e30, 1e-320, Number.MAX_VALUE]) {
    const logits = Float32Array.from([...SPECIALS, ...Array.from({ length: 2000 }, () => (next() - 0.5) * 200)]);
    assertEquals(applied(temperature(t), logits), logits.map((x) => Math.fround(x / t)));
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
  assertThrows(() => temperature("1" as unknown as number), ParameterError);
});
