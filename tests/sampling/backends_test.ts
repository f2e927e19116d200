/** Law: every backend and dtype keeps the same tokens; float64 rows are sampled in float64. */
import { assert, assertEquals } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import { fromArray, reduce } from "../../mod.ts";
import { keepTopK, keepTopP, sampler, withTemperature } from "../../src/sampling/mod.ts";
import { Random } from "../support/random.ts";
import { rowOf } from "./_rows.ts";

const CHAINS = {
  bare: () => [],
  wide: () => [keepTopP(0.97)],
  hot: () => [withTemperature(1.3), keepTopP(0.9)],
  list: () => [keepTopK(40), keepTopP(0.9), withTemperature(0.8)],
};

Deno.test("backends agree on what is kept, and on the token but for the last bits of a tile's mass", async () => {
  const random = new Random(21);
  for (const make of Object.values(CHAINS)) {
    const row = rowOf("normal", 9000, random);
    const tokens = [];
    for (const backend of availableBackends()) {
      const token = sampler({ chain: make(), seed: 6, details: true });
      const [read] = await Array.fromAsync(reduce(fromArray(row), { token }, { backend }));
      tokens.push(read.token);
    }
    for (const token of tokens) {
      assertEquals([token.id, token.details!.kept], [tokens[0].id, tokens[0].details!.kept]);
      assert(Math.abs(token.logprob - tokens[0].logprob) < 1e-5);
    }
  }
});

Deno.test("a float64 row gives the token of its float32 twin, and tells apart what float32 cannot", () => {
  const row = rowOf("normal", 5000, new Random(22));
  for (const make of Object.values(CHAINS)) {
    const narrow = sampler({ chain: make(), seed: 6 }).draw(row);
    const wide = sampler({ chain: make(), seed: 6 }).draw(Float64Array.from(row));
    assertEquals([wide.id, wide.reads], [narrow.id, narrow.reads]);
    assert(Math.abs(wide.logprob - narrow.logprob) < 1e-5);
  }
  assertEquals(sampler({ chain: [keepTopK(1)] }).draw(Float64Array.of(1, 1 + 1e-12)).id, 1);
});
