import { assert, assertEquals } from "@std/assert";
import { softcap } from "@sluice/sluice/operators";
import { random } from "../sources/_bytes.ts";
import { applied } from "./_apply.ts";

Deno.test("softcap() is c tanh(x / c), within an ulp", () => {
  const next = random(6);
  for (const cap of [0.5, 30, 50, 1e6]) {
    const logits = Float32Array.from({ length: 3000 }, () => (next() - 0.5) * 10 ** (next() * 12 - 6) * cap);
    applied(softcap(cap), logits).forEach((found, i) => {
      const wanted = cap * Math.tanh(logits[i] / cap);
      assert(
        Math.abs(found - wanted) <= Math.abs(wanted) * 2 ** -23 + 2 ** -149,
        `${logits[i]}: ${found}, not ${wanted}`,
      );
    });
  }
});

Deno.test("softcap() keeps masked tokens masked and NaN NaN, and bounds the rest", () => {
  const found = applied(softcap(30), Float32Array.of(-Infinity, NaN, Infinity, 3.4e38, -3.4e38, 0, -0));
  assertEquals([...found], [-Infinity, NaN, 30, 30, -30, 0, -0]);
});
