// Promise: an operator that only cuts works where chunks are handed on; what reduces or maps rows passes it over, and the plan says so.
import { assert, assertEquals } from "@std/assert";
import { explain, fromArray, logSumExp, normalize, rechunk, reduce, tap, temperature, zipMasks } from "../../mod.ts";
import type { Operator } from "../../src/core/mod.ts";

const values = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
const lse = logSumExp();

/** `rechunk(size)`, with a count of how often a stream of it was made. */
function counted(size: number): { readonly operator: Operator; readonly made: () => number } {
  const inner = rechunk(size);
  let made = 0;
  const stream = () => {
    made++;
    return inner.stream();
  };
  return { operator: { ...inner, stream }, made: () => made };
}

Deno.test("reduce and normalize pass it over: the same results, and no stream of it", async () => {
  const plain = fromArray(values, { vocabulary: 6 }).pipe(temperature(0.5));
  const { operator, made } = counted(1);
  const cut = plain.pipe(operator);
  assertEquals(await Array.fromAsync(reduce(cut, { lse })), await Array.fromAsync(reduce(plain, { lse })));
  assertEquals(await Array.fromAsync(normalize(cut).open()), await Array.fromAsync(normalize(plain).open()));
  assertEquals(made(), 0);
});

Deno.test("open, tap and zipMasks see its chunks", async () => {
  const { operator, made } = counted(1);
  const cut = fromArray(values, { vocabulary: 6 }).pipe(operator);
  assertEquals((await Array.fromAsync(cut.open())).map(({ data }) => data.length), new Array(12).fill(1));
  let looks = 0;
  await Array.fromAsync(reduce(tap(cut, { lse }, () => looks++), { lse }));
  assertEquals([looks, made()], [12, 2]);
  const masks = ReadableStream.from([Uint32Array.of(63), Uint32Array.of(63)]);
  assertEquals((await Array.fromAsync(zipMasks(cut, masks).open())).length, 12);
});

Deno.test("the plan says that it is passed over, and does not count it among what runs on a tile", () => {
  const plan = explain(fromArray(values).pipe(rechunk(4), temperature(2)), { lse });
  assertEquals(plan.passed, ['rechunk({"size":4})']);
  assertEquals(plan.kernels[0], 'temperature({"temperature":2})');
  assert(`${plan}`.includes('\npassed   rechunk({"size":4}), which changes no result\n'));
  assertEquals(explain(fromArray(values), { lse }).passed, []);
});
