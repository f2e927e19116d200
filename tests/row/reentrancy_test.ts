/** Law: an operator, a step or a map may use the library on other logits; neither result changes. */
import { assertEquals } from "@std/assert";
import {
  entropy,
  finishState,
  fromArray,
  logSumExp,
  map,
  maximum,
  mergeStates,
  moments,
  type Operator,
  operatorStream,
  reduce,
  type Reducer,
  reduceRow,
  reduceStates,
  type RowMap,
  temperature,
  topK,
} from "@sluice/sluice";
import { Random } from "../support/random.ts";

const random = new Random(31);
const ROW = Float32Array.from({ length: 5000 }, () => 30 * random.uniform() - 15);
const OTHER = Float32Array.from({ length: 3000 }, () => 30 * random.uniform());
const REDUCERS = { lse: logSumExp(), h: entropy(), m: moments(), best: maximum(), top: topK(50) };

/** Anything a user may do in between. */
function use(values: Float32Array | Float64Array): number {
  temperature(2).apply({ values: values.slice(), row: 0, start: 0 });
  reduceRow(OTHER, REDUCERS);
  return reduceRow(values.slice(), { best: maximum() }).best.value;
}

const looking: Operator = {
  spec: { name: "looking", params: {}, inputs: [] },
  apply: ({ values }) => void use(values),
  stream: () => operatorStream([looking]),
};

const using: Reducer<number, { most: number }> = {
  spec: { name: "using", params: {}, inputs: [] },
  init: () => ({ most: use(OTHER) * 0 - Infinity }),
  step(state, { values }) {
    state.most = Math.max(state.most, use(values));
  },
  merge(into, { most }) {
    into.most = Math.max(into.most, most);
  },
  finish: ({ most }) => most + 0 * use(OTHER),
};

for (const chunk of [1000, 65_536]) {
  Deno.test(`an operator that reduces other rows disturbs nothing: chunks of ${chunk}`, async () => {
    const logits = fromArray(new Float32Array([...ROW, ...ROW]), { vocabulary: ROW.length, chunk });
    const wanted = await Array.fromAsync(reduce(logits, REDUCERS));
    assertEquals(await Array.fromAsync(reduce(logits.pipe(looking), REDUCERS)), wanted);
  });

  Deno.test(`a reducer that reduces other rows disturbs nothing: chunks of ${chunk}`, async () => {
    const logits = fromArray(new Float32Array([...ROW, ...ROW]), { vocabulary: ROW.length, chunk });
    const wanted = await Array.fromAsync(reduce(logits, REDUCERS));
    const rows = await Array.fromAsync(reduce(logits, { most: using, ...REDUCERS }));
    rows.forEach(({ most, ...row }, i) => {
      assertEquals(row as unknown, wanted[i] as unknown);
      assertEquals(most, row.best.value);
    });
  });
}

Deno.test("a map that reduces other rows disturbs nothing", async () => {
  const shift: RowMap = {
    spec: { name: "shift", params: {}, inputs: [] },
    needs: "maximum",
    emit({ values }, out, { maximum }) {
      use(values);
      values.forEach((x, i) => out[i] = x - maximum);
    },
  };
  const chunks = await Array.fromAsync(map(fromArray(ROW, { chunk: 700 }), shift).open());
  const { best } = reduceRow(ROW, { best: maximum() });
  assertEquals(chunks.flatMap(({ data }) => [...data]), [...ROW].map((x) => Math.fround(x - best.value)));
});

Deno.test("states may be merged within a step: they have memory of their own", async () => {
  const reducers = { best: maximum(), lse: logSumExp() };
  const cut = async (columns: readonly [number, number]) =>
    (await Array.fromAsync(reduceStates(fromArray(ROW), reducers, { columns })))[0];
  const [left, right] = [await cut([0, 1500]), await cut([1500, 5000])];
  const wanted = reduceRow(ROW, reducers);
  const merging: Operator = {
    ...looking,
    apply() {
      const { best, lse } = finishState(mergeStates([left, right]), reducers);
      assertEquals([best, lse], [wanted.best, wanted.lse]);
    },
  };
  const [row] = await Array.fromAsync(reduce(fromArray(ROW).pipe(merging), reducers));
  assertEquals([row.best, row.lse], [wanted.best, wanted.lse]);
});
