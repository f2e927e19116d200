/** Promise: the columns of `collect` are those of the types, whatever the rows hold. */
import { assertEquals, assertRejects } from "@std/assert";
import { collect, fromArray, label, logSumExp, maximum, type Reducer, target, topK } from "@sluice/sluice";

/** A reducer that gives the same of every row. */
function giving<R>(result: R): Reducer<R, null> {
  return {
    spec: { name: "giving", params: {}, inputs: [] },
    init: () => null,
    step() {},
    merge() {},
    finish: () => result,
  };
}

Deno.test("invalid rows and rows without labels have the columns of the others", async () => {
  const logits = fromArray([NaN, 1, NaN, 2], { vocabulary: 2 });
  const reducers = {
    lse: logSumExp(),
    best: maximum(),
    top: topK(2),
    y: label([-100, -100]),
    t: target([1], { rank: true }),
  };
  const { lse, best, top, y, t } = await collect(logits, reducers);
  assertEquals([...lse], [NaN, NaN]);
  assertEquals([...best.id], [NaN, NaN]);
  assertEquals([top.width, [...top.id], [...top.logit], [...top.logprob]], [0, [], [], []]);
  assertEquals([[...y.id], [...y.logprob]], [[NaN, NaN], [NaN, NaN]]);
  assertEquals([t.width, [...t.id], [...t.logit]], [1, [1, 1], [1, 2]]);
});

Deno.test("lists of numbers are collected, in arrays of any kind", async () => {
  const logits = fromArray([1, 2, 3, 4], { vocabulary: 2 });
  const { a, b } = await collect(logits, { a: giving([5, 6]), b: giving(Float32Array.of(7)) });
  assertEquals([a.width, [...a.value]], [2, [5, 6, 5, 6]]);
  assertEquals([...(b as unknown as { value: Float64Array }).value], [7, 7]);
});

Deno.test("absent, true and large whole numbers are numbers; text and records within records are refused", async () => {
  const logits = fromArray([1, 2]);
  const { none, yes, big } = await collect(logits, { none: giving(null), yes: giving(true), big: giving(5n) });
  assertEquals([none, yes, big].map((column) => [...column as unknown as Float64Array]), [[NaN], [1], [5]]);
  await assertRejects(() => collect(logits, { a: giving("text") }), TypeError, "string");
  await assertRejects(() => collect(logits, { a: giving({ inner: { x: 1 } }) }), TypeError, "object");
});
