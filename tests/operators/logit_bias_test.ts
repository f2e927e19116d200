import { assertEquals, assertThrows } from "@std/assert";
import { ParameterError } from "@sluice/sluice/core";
import { logitBias } from "@sluice/sluice/operators";
import { fromArray } from "@sluice/sluice/sources";
import { random, whole } from "../sources/_bytes.ts";
import { applied, SPECIALS } from "./_apply.ts";

Deno.test("logitBias() takes objects, maps and entries in any order", () => {
  const wanted = Float32Array.of(0, 1, 0, 3);
  for (const bias of [{ 3: 3, 1: 1 }, new Map([[3, 3], [1, 1]]), [[3, 3], [1, 1]] as const]) {
    assertEquals(applied(logitBias(bias), new Float32Array(4)), wanted);
  }
});

Deno.test("logitBias() adds in f64 and rounds once, at the ids said and nowhere else", () => {
  const next = random(7);
  const logits = Float32Array.from({ length: 5000 }, () => next() * 20 - 10);
  const bias = new Map(Array.from({ length: 500 }, () => [whole(next, 0, 5000), next() * 1e-3]));
  const wanted = logits.map((x, id) => Math.fround(x + (bias.get(id) ?? 0)));
  assertEquals(applied(logitBias(bias), logits), wanted);
});

Deno.test("logitBias() of -Infinity masks whatever the logit is; a masked logit stays masked", () => {
  const logits = Float32Array.from(SPECIALS);
  const all = logitBias(Array.from(SPECIALS, (_, id) => [id, -Infinity] as const));
  assertEquals(applied(all, logits), new Float32Array(SPECIALS.length).fill(-Infinity));
  assertEquals([...applied(logitBias({ 0: 1e300 }), Float32Array.of(-Infinity))], [-Infinity]);
  assertEquals([...applied(logitBias({ 0: 1 }), Float32Array.of(NaN))], [NaN]);
});

Deno.test("logitBias() refuses ids and biases that make no sense", () => {
  for (const id of ["-1", "1.5", "01", "1e3", "", " 1", "x", "NaN"]) {
    assertThrows(() => logitBias({ [id]: 1 }), ParameterError, `id "${id}"`);
  }
  for (const id of [-1, 1.5, NaN, Infinity]) assertThrows(() => logitBias([[id, 1]]), ParameterError, `id ${id}`);
  for (const bias of [NaN, Infinity, "x" as unknown as number, undefined as unknown as number]) {
    assertThrows(() => logitBias({ 3: bias }), ParameterError, "for id 3");
  }
  assertThrows(() => logitBias([[3, 1], [4, 1], [3, 1]]), ParameterError, "two biases for id 3");
});

Deno.test("logitBias() refuses ids past the vocabulary when it is piped", () => {
  const logits = fromArray(new Float32Array(4));
  assertThrows(() => logits.pipe(logitBias({ 3: 1, 4: 1 })), ParameterError, "id 4");
  logits.pipe(logitBias({ 3: 1 }), logitBias({}));
});
