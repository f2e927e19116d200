import { assertEquals } from "@std/assert";
import { keepTopP, sampler } from "../../src/sampling/mod.ts";

Deno.test("a sampler's functions may be taken out of it", () => {
  const row = Float32Array.of(1.5, -0.75, 3.25, 0, 2, -2.5);
  const options = { chain: [keepTopP(0.9)], seed: 7 };
  const { draw, distribution, accept, reset, clone, save, load } = sampler(options);
  const wanted = sampler(options);
  assertEquals(draw(row), wanted.draw(row));
  assertEquals(distribution(row), wanted.distribution(row));
  accept(2);
  wanted.accept(2);
  assertEquals(save(), wanted.save());
  const text = save();
  reset();
  load(text);
  assertEquals(clone().draw(row), wanted.draw(row));
});
