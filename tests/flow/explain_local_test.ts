/** A plan says what no other process could make again. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Reducer } from "../../src/core/mod.ts";
import { explain } from "../../src/flow/mod.ts";
import { softmax } from "../../src/maps/mod.ts";
import { temperature } from "../../src/operators/mod.ts";
import { entropy, topK } from "../../src/reducers/mod.ts";
import { fromArray, fromFile } from "../../src/sources/mod.ts";

const own: Reducer<number> = {
  spec: { name: "acme:own", params: {}, inputs: [], portable: false },
  init: () => null,
  step() {},
  merge() {},
  finish: () => 0,
};

Deno.test("what is of this process alone stands in the plan, by name, once", async () => {
  const file = (await fromFile("examples/data/lm_logits_f32.npy")).pipe(temperature(2));
  const portable = explain(file, { h: entropy(), top: topK(2) });
  assertEquals(portable.local, []);
  assertEquals(`${portable}`.includes("this process alone"), false);
  assertEquals(explain(file, softmax()).local, []);

  const mixed = explain(fromArray([1, 2]).pipe(temperature(2)), { h: entropy(), a: own, b: own });
  assertEquals(mixed.local, ["fromArray", "acme:own", "acme:own"]);
  assertStringIncludes(`${mixed}`, "local    fromArray, acme:own: of this process alone\n");
});
