import { assert } from "@std/assert";
import { expected, forEachBackend, KINDS, totals } from "./support.ts";

Deno.test("log-sum-exp, entropy and variance hold their bounds on every kind of row, whatever its length", () => {
  forEachBackend((bench, backend) => {
    for (const kind of Object.keys(KINDS)) {
      for (const length of backend === "reference" ? [1000, 32000] : [1000, 32000, 152064]) {
        const row = KINDS[kind](length, 29);
        const wanted = expected(row);
        const [maximum, mantissa, , mean, meanSquare, logSum] = totals(bench, "squares", row);
        const where = `${kind}, ${length}`;
        const bound = 1e-6 + 2 ** -24 * Math.abs(wanted.logSum);
        assert(maximum === wanted.maximum, where);
        assert(Math.abs(logSum - wanted.logSum) <= bound, `${where}: log-sum off by ${logSum - wanted.logSum}`);
        const entropy = (Math.log2(mantissa) - mean) * Math.LN2;
        const entropyBound = 2e-6 + 2 ** -24 * wanted.entropy;
        assert(
          Math.abs(entropy - wanted.entropy) <= entropyBound,
          `${where}: entropy off by ${entropy - wanted.entropy}`,
        );
        const variance = (meanSquare - mean * mean) * Math.LN2 ** 2;
        const varianceBound = 1e-5 * (1 + wanted.variance);
        assert(
          Math.abs(variance - wanted.variance) <= varianceBound,
          `${where}: variance ${variance}, ${wanted.variance}`,
        );
      }
    }
  });
});

Deno.test("the log-sum is the same under a common offset that float32 can hold", () => {
  forEachBackend((bench, backend) => {
    const row = KINDS.tied(3000, 4);
    const [, , , , , wanted] = totals(bench, "sum", row);
    for (const offset of [-30000, -7, 1024, 30000, ...(backend === "simd" ? [] : [1e6, -1e6])]) {
      const [, , , , , logSum] = totals(bench, "sum", row.map((x) => x + offset));
      assert(Math.abs(logSum - wanted) <= 4e-7, `${offset}: ${logSum - wanted}`);
    }
  });
});
