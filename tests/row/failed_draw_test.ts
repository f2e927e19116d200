// A draw that fails in the middle leaves nothing behind that a later draw could come upon.
import { assertEquals, assertThrows } from "@std/assert";
import type { Segment } from "../../src/core/mod.ts";
import { keepTopP, sampler, type Stage } from "../../src/sampling/mod.ts";

const LENGTH = 140_000;
const wide = Float64Array.from({ length: LENGTH }, (_, id) => Math.sin(id * 1.7) * 2 + (id % 977) / 500);
const narrow = Float32Array.from(wide, (x) => -3 * x);

for (const p of [0.5, 0.8, 0.95]) {
  Deno.test(`after a draw that failed in float32, draws in float64 have the same bits: top-p ${p}`, () => {
    const others = [sampler({ chain: [keepTopP(0.9)], seed: 9 }), sampler({ chain: [keepTopP(0.9)], seed: 9 })];
    let inside: (start: number) => void = () => {};
    const spec = { name: "own", params: {}, inputs: [] };
    const edit = {
      spec,
      apply({ start, values }: Segment): void {
        inside(start);
        for (let i = 0; i < values.length; i++) values[i] *= 0.9;
      },
    };
    const stage: Stage = { spec, edit: () => edit };
    const chain = [stage, keepTopP(p)];
    const untroubled = sampler({ chain, seed: 5 }), troubled = sampler({ chain, seed: 5 });
    for (let step = 0; step < 3; step++) {
      inside = () => {};
      const wanted = untroubled.draw(wide, { step });
      inside = (start) => {
        if (start > 60_000) throw new Error("in the middle");
      };
      assertThrows(() => troubled.draw(narrow), Error, "in the middle");
      inside = (start) => {
        if (start === 0 || start % 32_768 !== 0) return;
        others[0].draw(wide);
        others[1].draw(narrow);
      };
      assertEquals(troubled.draw(wide, { step }), wanted);
    }
  });
}
