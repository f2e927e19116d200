import { assert, assertEquals } from "@std/assert";
import { loadTwoPass } from "../../kernels/two_pass/load_two_pass.ts";
import type { TwoPass } from "../../kernels/two_pass/two_pass.ts";
import { BACKENDS, expected, KINDS, LENGTHS } from "./support.ts";

const LOGITS = 16384, MAPPED = 3 * 16384, OUT = 8192;

/** The paper's kernels of a backend, with views of their memory. */
interface Bench {
  readonly pair: TwoPass;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

function forEachBackend(test: (bench: Bench) => void): void {
  for (const backend of BACKENDS) {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const pair = loadTwoPass(backend, memory);
    try {
      test({ pair, f32: new Float32Array(memory.buffer), f64: new Float64Array(memory.buffer) });
    } catch (error) {
      throw new Error(`${backend}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Lays a row, `shift` elements in, with NaN before and behind it, and gives its address. */
function lay({ f32 }: Bench, row: ArrayLike<number>, shift = 0): number {
  const first = LOGITS / 4 + 4 + shift;
  f32.fill(NaN, first - 4, first + row.length + 8);
  f32.set(row, first);
  return first * 4;
}

Deno.test("the paper's pair gives the log-sum-exp and the softmax to float32 sums, with masks", () => {
  forEachBackend((bench) => {
    const { pair } = bench, mapped = MAPPED, out = OUT;
    for (const kind of Object.keys(KINDS)) {
      for (const length of LENGTHS.filter((n) => n > 0 && n % 3 === 1)) {
        const row = KINDS[kind](length, length);
        const wanted = expected(row);
        const at = lay(bench, row, length % 4);
        pair.pairSum(at, length, out);
        const [mantissa, exponent] = [bench.f64[out >> 3], bench.f64[(out >> 3) + 1]];
        if (wanted.maximum === -Infinity) {
          assertEquals([mantissa, exponent], [0, 0]);
          continue;
        }
        const got = Math.log(mantissa) + exponent * Math.LN2;
        const bound = 2e-5 + 2 ** -52 * Math.abs(wanted.maximum);
        assert(Math.abs(got - wanted.maximum - wanted.logSum) <= bound, `${kind} ${length}: ${got}`);
        bench.f32.fill(7, mapped >> 2, (mapped >> 2) + length + 4);
        pair.pairScale(at, length, mapped, mantissa, exponent);
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
    const { pair } = bench, out = OUT;
    for (const bad of [NaN, Infinity]) {
      pair.pairSum(lay(bench, [1, 2, bad, 3, 4]), 5, out);
      assert(Number.isNaN(bench.f64[out >> 3]));
    }
    for (const x of [-1e5, 1e5, 1e7, -1e7]) {
      pair.pairSum(lay(bench, [x, x, -Infinity]), 3, out);
      const got = Math.log(bench.f64[out >> 3]) + bench.f64[(out >> 3) + 1] * Math.LN2;
      assert(Math.abs(got - x - Math.LN2) <= 1e-6, `${x}: ${got}`);
    }
    pair.pairSum(lay(bench, [1, 2, 3, -3.4e38, -1e30]), 5, out);
    const got = Math.log(bench.f64[out >> 3]) + bench.f64[(out >> 3) + 1] * Math.LN2;
    assert(Math.abs(got - 3.40760596444438) <= 1e-6);
  });
});
