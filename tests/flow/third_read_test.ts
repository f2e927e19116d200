/** Promise: a third read of a row is refused unless asked for. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { explain, fromArray, logSumExp, normalize, reduce, type Reducer, reduceRow } from "@sluice/sluice";

/** A reducer that wants the row `times` times. */
function insatiable(times: number): Reducer<number, null> {
  return {
    spec: { name: "insatiable", params: { times }, inputs: [] },
    init: () => null,
    step() {},
    merge() {},
    finish: () => times,
    second: () => times > 1 ? insatiable(times - 1) : undefined,
  };
}

Deno.test("a reducer has its second read, and its third where that is allowed", async () => {
  const logits = fromArray([1, 2, 3]);
  const reads = async (times: number, options = {}) =>
    (await Array.fromAsync(reduce(logits, { r: insatiable(times) }, options)))[0].reads;
  assertEquals(await reads(2), 2);
  await assertRejects(() => reads(3), RangeError, "reads: 3");
  assertEquals(await reads(3, { reads: 3 }), 3);
  await assertRejects(() => reads(5, { reads: 4 }), RangeError, "reads: 5");
  // In memory a read is a call.
  assertEquals(reduceRow(Float32Array.of(1, 2), { r: insatiable(4) }).reads, 4);
});

Deno.test("a map of a map is refused before any read, unless it is allowed", async () => {
  const once = normalize(fromArray([1, 2, 3]));
  assertThrows(() => normalize(once).open(), RangeError, "reads: 4");
  assertEquals((await Array.fromAsync(normalize(once, { reads: 4 }).open())).length, 1);
  assertEquals(explain(once, { lse: logSumExp() }).reads, [2, 2]);
});
