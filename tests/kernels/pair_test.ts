import { assert, assertEquals } from "@std/assert";
import { expected, forEachBackend, KINDS, lay, LENGTHS } from "./support.ts";

Deno.test("the paper's pair gives the log-sum-exp and the softmax to float32 sums, with masks", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { lane: { mapped } } = bench, { out } = kernels.arena;
    for (const kind of Object.keys(KINDS)) {
      for (const length of LENGTHS.filter((n) => n > 0 && n % 3 === 1)) {
        const row = KINDS[kind](length, length);
        const wanted = expected(row);
        const at = lay(bench, row, length % 4);
        kernels.pairSum(at, length, out);
        const [mantissa, exponent] = [bench.f64[out >> 3], bench.f64[(out >> 3) + 1]];
        if (wanted.maximum === -Infinity) {
          assertEquals([mantissa, exponent], [0, 0]);
          continue;
        }
        const got = Math.log(mantissa) + exponent * Math.LN2;
        const bound = 2e-5 + 2 ** -52 * Math.abs(wanted.maximum);
        assert(Math.abs(got - wanted.maximum - wanted.logSum) <= bound, `${kind} ${length}: ${got}`);
        bench.f32.fill(7, mapped >> 2, (mapped >> 2) + length + 4);
        kernels.pairScale(at, length, mapped, mantissa, exponent);
        for (let i = 0; i < length; i++) {
          const p = Math.exp(row[i] - wanted.maximum - wanted.logSum);
          const written = bench.f32[(mapped >> 2) + i];
          assert(Math.abs(written - p) <= (p > 1e-36 ? 2.5e-5 * p : 1e-36), `${kind} ${length}, ${i}: ${written} ${p}`);
        }
        assertEquals([...bench.f32.slice((mapped >> 2) + length, (mapped >> 2) + length + 4)], [7, 7, 7, 7]);
      }
    }
  });
});

Deno.test("the paper's pair says NaN of a row with NaN or +Infinity, and works far out", () => {
  forEachBackend((bench) => {
    const { kernels } = bench;
    const { out } = kernels.arena;
    for (const bad of [NaN, Infinity]) {
      kernels.pairSum(lay(bench, [1, 2, bad, 3, 4]), 5, out);
      assert(Number.isNaN(bench.f64[out >> 3]));
    }
    for (const x of [-1e5, 1e5, 1e7, -1e7]) {
      kernels.pairSum(lay(bench, [x, x, -Infinity]), 3, out);
      const got = Math.log(bench.f64[out >> 3]) + bench.f64[(out >> 3) + 1] * Math.LN2;
      assert(Math.abs(got - x - Math.LN2) <= 1e-6, `${x}: ${got}`);
    }
    kernels.pairSum(lay(bench, [1, 2, 3, -3.4e38, -1e30]), 5, out);
    const got = Math.log(bench.f64[out >> 3]) + bench.f64[(out >> 3) + 1] * Math.LN2;
    assert(Math.abs(got - 3.40760596444438) <= 1e-6);
  });
});
