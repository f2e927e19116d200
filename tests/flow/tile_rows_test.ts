/** Law: rows of one tile are collected without states and objects, to the bits of rows that have both. */
import { assertEquals } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import type { LogitArray, Reducers } from "../../src/core/mod.ts";
import { collect, reduce } from "../../src/flow/mod.ts";
import { temperature } from "../../src/operators/mod.ts";
import { logSumExp, maximum, topK } from "../../src/reducers/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { Random } from "../support/random.ts";

const SETS: Readonly<Record<string, Reducers>> = {
  sum: { lse: logSumExp(), best: maximum(), top1: topK(1), top5: topK(5), top16: topK(16) },
  maximum: { best: maximum(), top: topK(3, { logprob: false }) },
};

/** A row of a kind of its own: as they come, tied, masked, huge, invalid. */
function fillRow(row: Float32Array, index: number, random: Random): void {
  const normal = () => 8 * (random.uniform() + random.uniform() + random.uniform() - 1.5);
  const any = () => random.whole(row.length);
  row.forEach((_, i) => row[i] = normal());
  const kinds: Readonly<Record<number, () => void>> = {
    1: () => row.fill(random.uniform()),
    2: () => row.forEach((x, i) => row[i] = Math.round(x / 4)),
    3: () => row.fill(-Infinity),
    4: () => row.forEach((_, i) => i % 3 && (row[i] = -Infinity)),
    5: () => row[any()] = NaN,
    6: () => row[any()] = Infinity,
    7: () => row[any()] = 3e38,
    8: () => row.forEach((x, i) => row[i] = 1e6 * x),
    9: () => row.forEach((_, i) => row[i] = i % 2 ? 0 : -0),
    10: () => row.forEach((_, i) => row[i] = i),
    11: () => row.forEach((_, i) => row[i] = -i),
  };
  kinds[index % 16]?.();
}

function someRows(rows: number, vocabulary: number): Float32Array<ArrayBuffer> {
  const random = new Random(vocabulary), data = new Float32Array(rows * vocabulary);
  for (let row = 0; row < rows; row++) fillRow(data.subarray(row * vocabulary, (row + 1) * vocabulary), row, random);
  return data;
}

/** The columns of a row's result, as `collect` has them. */
function checkRow(
  table: Record<string, unknown>,
  row: Record<string, unknown>,
  at: number,
  names: readonly string[],
): void {
  for (const name of ["index", "count", "nan", "posInf", "allMasked", "reads"]) {
    assertEquals((table[name] as Float64Array)[at], Number(row[name]), name);
  }
  for (const name of names) {
    const result = row[name], columns = table[name] as Record<string, Float64Array> & { readonly width: number };
    if (typeof result === "number") assertEquals((table[name] as Float64Array)[at], result, name);
    else if (!Array.isArray(result)) {
      for (const [field, value] of Object.entries(result as object)) {
        assertEquals(columns[field][at], value ?? NaN, name);
      }
    } else {
      for (let i = 0; i < columns.width; i++) {
        for (const field of ["id", "logit", "logprob"]) {
          assertEquals(columns[field][at * columns.width + i], result[i]?.[field] ?? NaN, `${name} ${field}`);
        }
      }
    }
  }
}

async function check(
  data: LogitArray,
  vocabulary: number,
  chunk: number,
  options: object,
  dtype?: "f16",
): Promise<void> {
  const logits = fromArray(data, { vocabulary, chunk, ...(dtype ? { dtype } : {}) });
  for (const input of [logits, logits.pipe(temperature(0.7))]) {
    for (const [name, reducers] of Object.entries(SETS)) {
      const table = await collect(input, reducers, options), names = Object.keys(reducers);
      let at = 0;
      for await (const row of reduce(input, reducers, options)) {
        try {
          checkRow(table as unknown as Record<string, unknown>, row as unknown as Record<string, unknown>, at++, names);
        } catch (error) {
          throw new Error(`${name}, vocabulary ${vocabulary}, chunks of ${chunk}, row ${row.index}`, { cause: error });
        }
      }
      assertEquals(table.rows, at);
    }
  }
}

for (const backend of availableBackends()) {
  Deno.test(`rows of one tile: columns as rows have them, ${backend}`, async () => {
    for (const vocabulary of [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 100, 255, 257, 1000, 1023, 1024, 1025]) {
      for (const chunk of [97, 5000, 65_536]) await check(someRows(40, vocabulary), vocabulary, chunk, { backend });
    }
    await check(someRows(40, 300), 300, 4096, { backend, rows: [3, 29] });
  });
}

Deno.test("rows of one tile: every short vocabulary, and thousands of rows", async () => {
  for (let vocabulary = 1; vocabulary <= 300; vocabulary++) {
    await check(someRows(20, vocabulary), vocabulary, 65_536, {});
  }
  await check(someRows(5000, 61), 61, 65_536, {});
});

Deno.test("rows of one tile: half floats and float64", async () => {
  for (const vocabulary of [5, 300, 1024]) {
    const data = someRows(40, vocabulary);
    await check(Float64Array.from(data, (x) => x * 1.1), vocabulary, 5000, {});
    await check(new Uint16Array(Float16Array.from(data).buffer), vocabulary, 5000, {}, "f16");
  }
});
