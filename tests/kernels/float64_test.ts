import { assert, assertEquals } from "@std/assert";
import { loadKernels } from "../../kernels/mod.ts";
import { expected, normal } from "./support.ts";

const kernels = loadKernels("reference", "f64");
const memory = new Float64Array(kernels.memory);
const { out, indices, spare: slot } = kernels.arena;
const { stage, mapped, table } = kernels.arena.lend((lane) => lane);

function totals(row: Float64Array): number[] {
  memory.set(row, stage >> 3);
  kernels.clear(slot);
  kernels.sweep("squares", stage, row.length, table);
  kernels.deposit("squares", table, Math.ceil(row.length / 1024), slot);
  kernels.total(slot, out);
  return [...memory.slice(out >> 3, (out >> 3) + 6)];
}

Deno.test("float64 rows keep float64 accuracy", () => {
  const next = normal(2);
  for (const offset of [0, -1e3, 1e9, -1e12]) {
    const row = Float64Array.from({ length: 5000 }, () => 5 * next() + offset);
    const wanted = expected(row);
    const [maximum, mantissa, exponent, mean, , logSum] = totals(row);
    assertEquals(maximum, wanted.maximum);
    assert(Math.abs(logSum - wanted.logSum) <= 2e-14 * (1 + wanted.logSum), `${offset}: ${logSum - wanted.logSum}`);
    assert(Math.abs((Math.log2(mantissa) - mean) * Math.LN2 - wanted.entropy) <= 1e-12);
    kernels.probabilities(stage, row.length, mapped, mantissa, exponent);
    row.forEach((x, i) => {
      const p = Math.exp(x - maximum - wanted.logSum);
      assert(Math.abs(memory[(mapped >> 3) + i] - p) <= 1e-13 * p);
    });
  }
});

Deno.test("float64 logits of any size are ordered, and ties among them counted", () => {
  for (const x of [1e15, -1e15, 1e17, -1e17, 1e100, -1e100, 1e308, -1e308, -Number.MAX_VALUE]) {
    const row = new Float64Array(3000).fill(x);
    row[5] = x < 0 ? x * 1.0000001 : x / 1.0000001;
    const [maximum, , , , , logSum] = totals(row);
    assertEquals(maximum, Math.max(...row));
    assert(Math.abs(logSum - Math.log(2999)) <= 1e-12, `${x}: ${logSum}`);
  }
  const [maximum, , , , , logSum] = totals(Float64Array.of(1e308, -1e308, 1e300, -Infinity));
  assertEquals([maximum, logSum], [1e308, 0]);
});

Deno.test("float64 rows are scanned and widened by element", () => {
  memory.set([1, 3, 2, NaN, 3, -Infinity], stage >> 3);
  assertEquals(kernels.collect(stage, 6, 2, true, indices), 3);
  assertEquals([...new Uint32Array(kernels.memory, indices, 3)], [1, 2, 4]);
  assertEquals(kernels.find(stage, 6, 3), 1);
  assertEquals(kernels.countGreater(stage, 6, 1.5), 3);
  assertEquals(kernels.countMasked(stage, 6), 1);
  kernels.divide(stage, 3, 3);
  assertEquals([...memory.slice(stage >> 3, (stage >> 3) + 3)], [1 / 3, 1, 2 / 3]);
  new Uint16Array(kernels.memory).set([0x3c00, 0xc000], mapped >> 1);
  kernels.widenF16(mapped, 2, stage);
  assertEquals([...memory.slice(stage >> 3, (stage >> 3) + 2)], [1, -2]);
});
