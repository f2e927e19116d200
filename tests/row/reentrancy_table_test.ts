// Law: every synchronous door of the library may be used from inside every kind of a caller's code. Neither the outer work nor the
// door's own answer changes; what cannot be had there is refused by name, and the outer work goes on as if nobody had asked.
import { assert, assertEquals } from "@std/assert";
import {
  entropy,
  finishState,
  fromArray,
  fromFile,
  keepTopK,
  keepTopP,
  keepTypical,
  loadState,
  logSumExp,
  map,
  maximum,
  mergeStates,
  type Operator,
  operatorStream,
  ParameterError,
  reduce,
  type Reducer,
  reduceRow,
  reduceStates,
  type RowMap,
  sampler,
  saveState,
  softcap,
  type Stage,
  tap,
  temperature,
  topK,
} from "@sluice/sluice";
import { Random } from "../support/random.ts";

const random = new Random(77);
const values = (count: number, spread: number) =>
  Float32Array.from({ length: count }, () => spread * (2 * random.uniform() - 1));
/** Rows of some tiles and a rest; wide cuts of them leave more than the 256 best. */
const ROW = values(5000, 3);
const OTHER = values(7001, 2);
const REDUCERS = { lse: logSumExp(), h: entropy(), best: maximum(), top: topK(300) };
const SPEC = { name: "own", params: {}, inputs: [] };

const LOGITS = fromArray(new Float32Array([...ROW, ...OTHER.subarray(0, 5000)]), { vocabulary: 5000, chunk: 3000 });
const PARTS = await Promise.all(
  ([[0, 1500], [1500, 7001]] as const).map(async (columns) =>
    (await Array.fromAsync(reduceStates(fromArray(OTHER), REDUCERS, { columns })))[0]
  ),
);
const SAVED = PARTS.map((part) => saveState(part));

/** A long row that a file source reads straight into the arena: a map takes all of it at once. */
const FILE = await Deno.makeTempFile({ suffix: ".f32" });
await Deno.writeFile(FILE, new Uint8Array(values(50_000, 3).buffer));
const LONG = await fromFile(FILE, { vocabulary: 50_000 });
globalThis.addEventListener("unload", () => Deno.removeSync(FILE));

/** What a caller may ask for in between. Each gives the same whenever it is asked. */
const DOORS: Readonly<Record<string, () => unknown>> = {
  reduceRow: () => reduceRow(OTHER, REDUCERS),
  "reduceRow in float64": () => reduceRow(Float64Array.from(OTHER), REDUCERS),
  "reduceRow with a sampler": () => reduceRow(OTHER, { token: sampler({ chain: [keepTopP(0.9)], seed: 3 }) }),
  draw: () => sampler({ seed: 5 }).draw(OTHER),
  "draw behind a wide cut": () => sampler({ chain: [keepTopP(0.95)], seed: 5, details: true }).draw(OTHER),
  "draw behind a narrow cut": () => sampler({ chain: [keepTopK(20)], seed: 5 }).draw(OTHER),
  "draw of a float64 row": () => sampler({ chain: [keepTypical(0.9)], seed: 5 }).draw(Float64Array.from(OTHER)),
  distribution: () => sampler({ chain: [keepTopP(0.95)] }).distribution(OTHER),
  "an operator": () => {
    const segment = { values: OTHER.slice(0, 3000), row: 0, start: 0 };
    for (const operator of [temperature(0.7), softcap(2)]) operator.apply(segment);
    return segment.values;
  },
  "merging states": () => finishState(mergeStates(SAVED.map((bytes) => loadState(bytes, REDUCERS))), REDUCERS),
};
const ANSWERS = Object.fromEntries(Object.entries(DOORS).map(([name, ask]) => [name, ask()]));

type Ask = () => void;

const operator = (ask: Ask): Operator => ({ spec: SPEC, apply: ask, stream: () => operatorStream([operator(ask)]) });

/** The largest logit, asking in one of its functions. */
function reducer(where: string, ask: Ask): Reducer<number, { most: number }> {
  const at = (name: string) => name === where && ask();
  const own: Reducer<number, { most: number }> = {
    spec: SPEC,
    init: () => (at("init"), { most: -Infinity }),
    step(state, { values }) {
      at("step");
      for (const x of values) if (x > state.most) state.most = x;
    },
    merge(into, { most }) {
      at("merge");
      if (most > into.most) into.most = most;
    },
    finish: ({ most }) => (at("finish"), most),
  };
  return where === "second" ? { ...own, second: () => (ask(), reducer("step", ask)) } : own;
}

function rowMap(ask: Ask): RowMap {
  return {
    spec: SPEC,
    needs: "maximum",
    emit({ values }, out, { maximum }) {
      values.forEach((x, i) => {
        if (i === values.length >> 1) ask();
        out[i] = x - maximum;
      });
      // Now all of the results lie in memory, and nobody has taken them yet.
      ask();
    },
  };
}

function stage(where: "edit" | "cut" | "cut's edit", ask: Ask): Stage {
  const edit = { apply: ask };
  if (where === "edit") return { spec: SPEC, edit: () => edit };
  return { spec: SPEC, edits: true, cut: () => where === "cut" ? ask() : { edits: [edit] } };
}

const chunksOf = async (logits: ReturnType<typeof fromArray>) =>
  (await Array.fromAsync(logits.open())).flatMap(({ data }) => [...data]);

/** Work of the library that calls a caller's code, by where that is. */
const WORK: Readonly<Record<string, (ask: Ask) => unknown>> = {
  "an operator": (ask) => Array.fromAsync(reduce(LOGITS.pipe(operator(ask)), REDUCERS)),
  "an operator before a map": (ask) => chunksOf(map(LOGITS.pipe(operator(ask)), rowMap(() => {}))),
  "a map": (ask) => chunksOf(map(LOGITS, rowMap(ask))),
  "a map of a long row": (ask) => chunksOf(map(fromArray(ROW, { chunk: 700 }), rowMap(ask))),
  "a map of a row from a file": (ask) => chunksOf(map(LONG, rowMap(ask))),
  "a tap's listener": (ask) => Array.fromAsync(reduce(tap(LOGITS, { best: maximum() }, ask), REDUCERS)),
  "a stage's edit": (ask) => sampler({ chain: [stage("edit", ask), keepTopP(0.9)], seed: 9 }).draw(ROW),
  "a stage's cut": (ask) => sampler({ chain: [keepTopP(0.95), stage("cut", ask)], seed: 9 }).draw(ROW),
  "an edit behind a wide cut": (ask) => sampler({ chain: [keepTopP(0.95), stage("edit", ask)], seed: 9 }).draw(ROW),
  "an edit that a cut asks for": (ask) =>
    sampler({ chain: [keepTopP(0.9), stage("cut's edit", ask)], seed: 9 }).draw(ROW),
  "a stage of a distribution": (ask) =>
    sampler({ chain: [stage("edit", ask), keepTopP(0.9), stage("cut", ask)] }).distribution(ROW),
  "a stage in a stream": (ask) =>
    Array.fromAsync(
      reduce(LOGITS, { token: sampler({ chain: [stage("edit", ask), keepTopP(0.9)], seed: 9 }), ...REDUCERS }),
    ),
};
for (const where of ["init", "step", "finish", "second"]) {
  Object.assign(WORK, {
    [`a reducer's ${where}`]: (ask: Ask) =>
      Array.fromAsync(reduce(LOGITS, { ...REDUCERS, own: reducer(where, ask), h2: entropy() })),
    [`a reducer's ${where} in reduceRow`]: (ask: Ask) => reduceRow(ROW, { ...REDUCERS, own: reducer(where, ask) }),
  });
}
Object.assign(WORK, {
  "a reducer's merge": async (ask: Ask) => {
    const reducers = { ...REDUCERS, own: reducer("merge", ask) };
    const parts = await Promise.all(
      ([[0, 1100], [1100, 5000]] as const).map((columns) =>
        Array.fromAsync(reduceStates(LOGITS, reducers, { columns }))
      ),
    );
    return finishState(mergeStates([parts[0][1], parts[1][1]]), reducers);
  },
});

/** The refusals that a caller may meet: of a sampler inside a sampler, and of states inside a step. */
const REFUSALS = /^Cannot (sample a row within an edit|merge or finish states within a step)/;
const SAMPLING = ["draw", "distribution", "sampler"];

for (const [place, work] of Object.entries(WORK)) {
  Deno.test(`every door may be used inside ${place}`, async (t) => {
    const quiet = await work(() => {});
    for (const [door, ask] of Object.entries(DOORS)) {
      await t.step(door, async () => {
        let asked = 0, refused = 0;
        const loud = await work(() => {
          asked++;
          try {
            assertEquals(ask(), ANSWERS[door]);
          } catch (error) {
            if (!(error instanceof ParameterError && REFUSALS.test(error.message))) throw error;
            refused++;
          }
        });
        assert(asked > 0);
        assertEquals(loud, quiet);
        const mayRefuse = door === "merging states" ||
          (SAMPLING.some((word) => door.includes(word)) && /stage|edit/.test(place));
        if (!mayRefuse) assertEquals(refused, 0);
      });
    }
  });
}
