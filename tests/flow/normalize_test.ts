// `normalize`: every row keeps its shape; a row with NaN, +Infinity or no allowed token is NaN, zeros or an error, as asked; a
// range of rows and columns gives the same numbers as the whole; the bits do not depend on the chunks; logs are not of probabilities.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import { type Dtype, InvalidLogitError, type Logits, type Range } from "../../src/core/mod.ts";
import { map, normalize, reduce } from "../../src/flow/mod.ts";
import { reduceRow } from "../../src/row/mod.ts";
import { mask } from "../../src/operators/mod.ts";
import { logSumExp, maximum } from "../../src/reducers/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { encode } from "../support/encode.ts";
import { Random } from "../support/random.ts";
import { ROWS, rowsOf } from "../support/rows.ts";
import { logitsBy } from "../support/sources.ts";

const NAMES = Object.keys(ROWS);
const VOCABULARY = 1300;

/** All that a normalised flow gives, checked to be in order and in the range. */
async function valuesOf(logits: Logits, range: Range = {}): Promise<number[]> {
  const { rows: [firstRow] = [0], columns = [0, logits.shape.vocabulary] } = range;
  const width = columns[1] - columns[0];
  const values: number[] = [];
  for await (const { data, row, start, shape } of logits.open(range)) {
    assertEquals((row - firstRow) * width + start - columns[0], values.length);
    assertEquals(shape.dtype, data instanceof Float64Array ? "f64" : "f32");
    for (const value of data) values.push(value);
  }
  return values;
}

const ARITHMETICS = [
  ...availableBackends().flatMap((backend) => (["f32", "f16", "bf16"] as Dtype[]).map((dtype) => ({ dtype, backend }))),
  { dtype: "f64" as Dtype, backend: "reference" as const },
];

for (const { dtype, backend } of ARITHMETICS) {
  for (const log of [false, true]) {
    Deno.test(`any chunking gives the same bits: ${dtype}, ${backend}, log ${log}`, async () => {
      const data = encode(rowsOf(new Random(41), VOCABULARY), dtype);
      const run = (door: "read" | "stream", chunk: number) =>
        valuesOf(normalize(logitsBy(door, data, { vocabulary: VOCABULARY, dtype }, chunk), { log, backend }));
      const wanted = await run("read", data.length);
      assertEquals(wanted.length, data.length);
      for (const chunk of [7, 1000, 1024, 65_537]) {
        for (const door of ["read", "stream"] as const) {
          const found = await run(door, chunk);
          const at = found.findIndex((value, i) => !Object.is(value, wanted[i]));
          assertEquals(at, -1, `${door}, chunks of ${chunk}: ${found[at]}, wanted ${wanted[at]}`);
        }
      }
    });
  }
}

for (const backend of availableBackends()) {
  for (const chunk of [3, 1000, 100_000]) {
    Deno.test(`invalid rows are NaN or zeros and disturb no other: chunks of ${chunk}, ${backend}`, async () => {
      const data = encode(rowsOf(new Random(42), VOCABULARY), "f32");
      const logits = fromArray(data, { vocabulary: VOCABULARY, chunk });
      const wholeNan = await valuesOf(normalize(logits, { backend }));
      const wholeZero = await valuesOf(normalize(logits, { backend, onInvalid: "zero" }));
      NAMES.forEach((name, row) => {
        const values = data.subarray(row * VOCABULARY, (row + 1) * VOCABULARY) as Float32Array;
        const { nan, posInf, allMasked } = reduceRow(values, {}, { backend });
        const invalid = nan > 0 || posInf > 0 || allMasked;
        const part = (all: number[]) => all.slice(row * VOCABULARY, (row + 1) * VOCABULARY);
        if (invalid) {
          assert(part(wholeNan).every(Number.isNaN), name);
          assert(part(wholeZero).every((value) => value === 0), name);
        } else {
          assertEquals(part(wholeZero), part(wholeNan), name);
          assert(part(wholeNan).every((p) => p >= 0 && p <= 1.000001), name);
          const sum = part(wholeNan).reduce((total, p) => total + p, 0);
          assert(Math.abs(sum - 1) < 3e-6, `${name}: the probabilities sum to ${sum}`);
          values.forEach((x, id) => x === -Infinity && assertEquals(part(wholeNan)[id], 0));
        }
      });
    });
  }

  Deno.test(`an invalid row under throw is an error with its row and id: ${backend}`, async () => {
    for (const [bad, id] of [[NaN, 2], [Infinity, 2], [-Infinity, undefined]] as const) {
      const logits = fromArray([1, 2, 3, bad === -Infinity ? bad : 0, bad === -Infinity ? bad : 1, bad], {
        vocabulary: 3,
      });
      const error = await assertRejects(
        () => valuesOf(normalize(logits, { onInvalid: "throw", backend })),
        InvalidLogitError,
        "row 1",
      );
      assertEquals([error.row, error.id, error.code], [1, id, "E_NAN"]);
    }
  });

  Deno.test(`masks: 0 and -Infinity, whatever is masked: ${backend}`, async () => {
    const logits = fromArray(Float32Array.from({ length: 2000 }, (_, id) => Math.sin(id)), { chunk: 300 })
      .pipe(mask({ allow: [5, 1024, 1999] }));
    const p = await valuesOf(normalize(logits, { backend }));
    const logP = await valuesOf(normalize(logits, { log: true, backend }));
    p.forEach((value, id) => {
      if (![5, 1024, 1999].includes(id)) assertEquals([value, logP[id]], [0, -Infinity]);
      else assert(Math.abs(Math.log(value) - logP[id]) < 1e-6);
    });
  });
}

Deno.test("a range of rows and columns gives the numbers of the whole", async () => {
  const data = encode(rowsOf(new Random(43), VOCABULARY, ["normal", "tied", "masked", "wide"]), "f32");
  for (const chunk of [100, 1300, 2000, 10_000]) {
    const logits = normalize(fromArray(data, { vocabulary: VOCABULARY, chunk }));
    const whole = await valuesOf(logits);
    const ranges: Range[] = [
      { rows: [1, 3] },
      { columns: [0, 1] },
      { columns: [1299, 1300] },
      { columns: [1000, 1100] },
      { rows: [3, 4], columns: [500, 1300] },
      { rows: [0, 4], columns: [0, 1300] },
    ];
    for (const range of ranges) {
      const { rows = [0, 4], columns = [0, VOCABULARY] } = range;
      const wanted = [];
      for (let row = rows[0]; row < rows[1]; row++) {
        wanted.push(...whole.slice(row * VOCABULARY + columns[0], row * VOCABULARY + columns[1]));
      }
      assertEquals(await valuesOf(logits, range), wanted, JSON.stringify({ range, chunk }));
    }
  }
});

Deno.test("ranges, options and rows out of range are refused before any read", () => {
  const logits = normalize(fromArray([1, 2, 3, 4], { vocabulary: 2 }));
  for (const rows of [[0, 3], [1, 1], [-1, 1], [0.5, 1], [0, NaN]] as const) {
    assertThrows(() => logits.open({ rows }), RangeError, "rows");
    assertThrows(() => reduce(fromArray([1, 2, 3, 4], { vocabulary: 2 }), { lse: logSumExp() }, { rows }), RangeError);
  }
  assertThrows(() => logits.open({ columns: [0, 3] }), RangeError, "columns");
  const source = fromArray([1, 2]);
  assertThrows(() => normalize(source, { onInvalid: "report" as "nan" }), RangeError, "onInvalid");
  assertThrows(() => reduce(source, {}, { onInvalid: "nan" as "throw" }), RangeError, "onInvalid");
  assertThrows(() => reduce(source, {}, { rowCache: -1 }), RangeError, "rowCache");
  assertThrows(() => reduce(source, { index: maximum() }), TypeError, "index");
});

Deno.test("reduce of a range of rows numbers them as the source does", async () => {
  const logits = fromArray([1, 2, 3, 4, 5, 6], { vocabulary: 2, chunk: 4 });
  const rows = await Array.fromAsync(reduce(logits, { best: maximum() }, { rows: [1, 3] }));
  assertEquals(rows.map(({ index, best }) => [index, best.value]), [[1, 4], [2, 6]]);
});

Deno.test("normalize of a million equal logits is flat, and a shift of all logits changes little", async () => {
  const flat = await valuesOf(normalize(fromArray(new Float32Array(1_000_003).fill(3.5))));
  assert(flat.every((p) => p === flat[0]));
  assert(Math.abs(flat[0] * 1_000_003 - 1) < 3e-6);
});

Deno.test("a user's map: by segment, in its own arithmetic, over many rows a chunk", async () => {
  const gap = {
    spec: { name: "gap", params: {}, inputs: [] },
    needs: "maximum" as const,
    emit: ({ values, start }: { values: ArrayLike<number>; start: number }, out: Float32Array | Float64Array, row: {
      maximum: number;
    }) => {
      for (let i = 0; i < values.length; i++) out[i] = row.maximum - values[i] + start + i;
    },
  };
  for (const dtype of ["f32", "f64", "bf16"] as const) {
    for (const chunk of [1, 5, 1000]) {
      const logits = fromArray(encode([1, 2, 3, 6, 5, 4], dtype), { vocabulary: 3, dtype, chunk });
      assertEquals(await valuesOf(map(logits, gap)), [2, 2, 2, 0, 2, 4]);
    }
  }
});
