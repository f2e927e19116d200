/**
 * Laws of the catalogue: what is in it comes back from its spec through JSON, with the same text and the same bits; what does not fit is
 * refused by name; nothing is reached that was not granted; no factory is forgotten.
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CATALOGUE, chainFrom, definitionOf, fromSpec, openSpec } from "../../src/catalogue/mod.ts";
import { define, type Definition, errorCode, isPortable, type Option } from "../../src/core/mod.ts";
import { type Operator, operatorStream, ParameterError, register, type Spec, specText } from "../../src/core/mod.ts";
import * as folds from "../../src/folds/mod.ts";
import * as maps from "../../src/maps/mod.ts";
import * as operators from "../../src/operators/mod.ts";
import * as reducers from "../../src/reducers/mod.ts";
import * as sampling from "../../src/sampling/mod.ts";
import * as sinks from "../../src/sinks/mod.ts";
import * as sources from "../../src/sources/mod.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { EXAMPLES } from "./_examples.ts";
import { WORK } from "./_work.ts";

const { fromArray, fromFile } = sources;
const { keepTopK, maskRows, sampler } = sampling;

/** What of the catalogue reaches outside of the process, with options: `open_test.ts` opens it. */
const OPENED: Readonly<Record<string, object>> = {
  fromFile: { path: "a.npy" },
  fromUrl: { url: "http://127.0.0.1/a.npy" },
  map: {},
  toNpy: { path: "a.npy" },
  toRaw: { path: "a.f32" },
  toNdjson: { path: "a.ndjson" },
  toText: { path: "a.txt" },
};

function through<T>(data: T): T {
  return JSON.parse(JSON.stringify(data));
}

// deno-lint-ignore no-explicit-any
const any = (value: unknown): any => value;

Deno.test("every row of the catalogue has examples, and only those that there are", () => {
  const examples = Object.entries(EXAMPLES).flatMap(([kind, by]) => Object.keys(by).map((name) => `${kind} ${name}`));
  const made = CATALOGUE.filter(({ name }) => !(name in OPENED)).map(({ kind, name }) => `${kind} ${name}`);
  assertEquals(made.sort(), examples.sort());
  assertEquals(
    CATALOGUE.map(({ name }) => name).filter((name) => name in OPENED).sort(),
    Object.keys(OPENED).sort(),
  );
  for (const by of Object.values(EXAMPLES)) for (const made of Object.values(by)) assert(made.length > 0);
  assertEquals(new Set(CATALOGUE.map(({ name }) => name)).size, CATALOGUE.length);
});

for (const [kind, by] of Object.entries(EXAMPLES)) {
  for (const [name, makers] of Object.entries(by)) {
    Deno.test(`${kind} ${name}: spec, JSON, and back: the same text, the same bits`, async () => {
      for (const make of makers) {
        const made = make();
        assertEquals(made.spec.name, name);
        // JSON as it is: no NaN, no Infinity, nothing undefined.
        assertEquals(through(made.spec), structuredClone(made.spec));
        assertEquals(isPortable(made.spec), true);
        const again = fromSpec(through(made.spec));
        assertEquals(specText(again.spec), specText(made.spec));
        assertEquals(through(again.spec), through(made.spec));
        const where = specText(made.spec).slice(0, 200);
        assertSameBits(await WORK[kind](again), await WORK[kind](made), where);
      }
    });
  }
}

Deno.test("a row says what it is in one line, and so does each of its options", () => {
  for (const { name, help, options } of CATALOGUE) {
    for (const line of [help, ...Object.values(options).map(({ help }) => help)]) {
      assert(/^[^\n]{2,80}[^\n.]$/.test(line), `${name}: ${line}`);
    }
  }
});

/** Values that do not fit an option, whatever it is called. */
function wrongValues({ type, least, above, most, below, absentAs, words }: Option): unknown[] {
  const numbers = [
    ...(least !== undefined ? [least - 1] : []),
    ...(above !== undefined ? [above, above - 1] : []),
    ...(most !== undefined ? [most + 1] : []),
    ...(below !== undefined ? [below, below + 1] : []),
    Infinity,
    "1",
    true,
    [],
    {},
    NaN,
    -Infinity,
  ];
  const each: Readonly<Record<Option["type"], unknown[]>> = {
    whole: [...numbers, 1.5, ...(least === undefined ? [-1] : []), 2 ** 53],
    number: numbers,
    text: ["", 5, [], {}],
    flag: ["true", 0, 1, {}],
    choice: ["no such word", words?.[0].toUpperCase(), 5, [], {}],
    ids: [5, {}, [1.5], [-1], ["1"], [null], [2 ** 53]],
    sequences: [5, {}, [5], [[]], [[1.5]], [[1], [-1]]],
    data: [],
  };
  return [...each[type], null].filter((value) => !absentAs?.includes(value as number));
}

for (const definition of CATALOGUE) {
  Deno.test(`${definition.kind} ${definition.name}: what does not fit an option is refused by both names`, () => {
    const given = exampleOf(definition);
    for (const [name, option] of Object.entries(definition.options)) {
      if (option.type === "data") continue;
      for (const wrong of wrongValues(option)) {
        const { message, code } = assertThrows(
          () => void definition.of({ ...given, [name]: wrong }),
          ParameterError,
          undefined,
          `${name} = ${Deno.inspect(wrong)}`,
        );
        assert(message.startsWith(`Cannot use ${definition.name} ${option.sole ? "" : `with ${name} = `}`), message);
        assertEquals(message.includes(" with "), !option.sole);
        assert(message.includes(": wanted "), message);
        assertEquals(code, option.code ?? "E_PARAM");
      }
    }
    const extra = assertThrows(() => void definition.of({ ...given, nosuch: 1 }), ParameterError);
    assert(extra.message.startsWith(`Cannot use ${definition.name} with nosuch = 1: wanted `), extra.message);
    for (const needed of Object.keys(definition.options)) {
      const option = definition.options[needed];
      if (option.optional || "default" in option) continue;
      const { [needed]: _, ...rest } = given as Record<string, unknown>;
      assertThrows(() => void definition.of(rest), ParameterError, `Cannot use ${definition.name} without ${needed}`);
    }
  });
}

function exampleOf({ kind, name }: Definition): object {
  return OPENED[name] ?? through(EXAMPLES[kind][name][0]().spec.params);
}

/** The code that a spec is refused with. */
function refusal(spec: unknown): { readonly code: string | undefined; readonly message: string } {
  const error = assertThrows(() => fromSpec(any(spec)), Error, undefined, Deno.inspect(spec));
  return { code: errorCode(error), message: error.message };
}

Deno.test("a spec of what only this process has is refused, as itself and as an input", async () => {
  const array = fromArray([1, 2]);
  const byFunction = maskRows(() => undefined);
  const stream = await sources.fromStream(ReadableStream.from([Uint8Array.of(0, 0, 0, 0)]), { vocabulary: 1 });
  const wrapped = sampler({ chain: [byFunction, keepTopK(5)] });
  for (const { spec } of [array, array.pipe(operators.temperature(2)), stream, byFunction, wrapped]) {
    assertEquals(isPortable(spec), false);
    for (const found of [spec, through(spec)]) {
      const { code, message } = refusal(found);
      assertEquals(code, "E_NOT_PORTABLE");
      assert(message.includes("it stands for what only the process that made it has"), message);
    }
    assertEquals(errorCode(await assertRejects(() => openSpec(spec))), "E_NOT_PORTABLE");
  }
  assertEquals(specText(maskRows(() => undefined).spec) === specText(byFunction.spec), false);
});

Deno.test("a spec that makes no sense is refused by a typed error", () => {
  const none: unknown[] = [undefined, null, 5, "topK", true, [], {}, { name: "topK" }, {
    name: 5,
    params: {},
    inputs: [],
  }];
  none.push({ name: "topK", params: null, inputs: [] }, { name: "topK", params: { k: 1 } });
  none.push({ name: "topK", params: { k: 1 }, inputs: {} }, { name: "topK", params: 5, inputs: [] });
  none.push({ name: "map", params: {}, inputs: [null] }, { name: "sampler", params: { seed: 1 }, inputs: [5] });
  for (const spec of none) assertEquals(refusal(spec).code, "E_PARAM");
  assertEquals(refusal({ name: "topK", params: [], inputs: [] }).code, "E_PARAM");
  for (const name of ["nosuch", "acme:nosuch", "constructor", "__proto__", "toString", ""]) {
    const { code, message } = refusal({ name, params: {}, inputs: [] });
    assertEquals([code, message.includes("there is no such name, wanted a registered one, or one of fromFile, ")], [
      "E_PARAM",
      true,
    ]);
  }
});

Deno.test("specs in each other without end are refused, by fromSpec and by openSpec", async () => {
  let deep: Spec = operators.temperature(2).spec;
  for (let depth = 0; depth < 10_000; depth++) {
    deep = { name: "temperature", params: { temperature: 2 }, inputs: [deep] };
  }
  const round: { name: string; params: object; inputs: Spec[] } = {
    name: "temperature",
    params: { temperature: 2 },
    inputs: [],
  };
  round.inputs.push(any(round));
  for (const spec of [deep, any(round)]) {
    assertEquals(refusal(spec).message.includes("at most 64 deep"), true);
    assertEquals(errorCode(await assertRejects(() => openSpec(spec), ParameterError, "at most 64 deep")), "E_PARAM");
  }
});

Deno.test("what is opened by a promise is told so by fromSpec", async () => {
  const { spec } = await fromFile("examples/data/lm_logits_f32.npy");
  assertThrows(
    () => fromSpec(spec),
    ParameterError,
    "Cannot make fromFile by fromSpec: it is a source, wanted openSpec",
  );
  for (const name of ["toNpy", "toRaw", "toNdjson", "toText"]) {
    assertThrows(() => fromSpec({ name, params: { path: "x" }, inputs: [] }), ParameterError, "it is a sink");
  }
});

Deno.test("a sampler's spec whose memory fits no such chain is refused", () => {
  const { spec } = sampler({ seed: 1, chain: [sampling.mirostat(), keepTopK(5)], prompt: [1, 2] });
  const refused = (params: object, inputs: readonly unknown[] = spec.inputs) =>
    refusal({ ...spec, params: { ...spec.params, ...params }, inputs }).message;
  for (
    const own of [[], [[]], [[10], []].slice(1), [[10], [1]], [[10, 1], []], [["10"], []], [[null], []]]
  ) {
    const message = refused({ own });
    assert(/^Cannot use sampler with own = .+: wanted the numbers of its stages: /.test(message), message);
  }
  for (const own of [5, null, {}, "x", [[NaN], []]]) {
    assert(refused({ own }).startsWith("Cannot use sampler with own = "));
  }
  assert(refused({ prompt: 3 }).startsWith("Cannot use sampler with prompt = 3: wanted "));
  assert(refused({}, [{ name: "topK", params: { k: 1 }, inputs: [] }]).startsWith("Cannot make sampler of reducer"));
  assert(refused({}, [operators.rechunk(5).spec]).startsWith("Cannot use rechunk in a chain"));
});

/** A definition of one's own, with an option of a type that JSON does not have as it is. */
const scaling = define({
  name: "acme:scale",
  kind: "operator",
  help: "multiplies every logit",
  options: { by: { type: "number", above: 0, argument: true, help: "the factor" } },
  make({ by }, spec): Operator {
    const operator: Operator = {
      spec,
      apply: ({ values }) => values.forEach((x, i) => values[i] = x * by),
      stream: () => operatorStream([operator]),
    };
    return operator;
  },
});

const bestOnly = define({
  name: "acme:bestOnly",
  kind: "stage",
  help: "the best token",
  options: { count: { type: "whole", least: 1, default: 1, help: "how many" } },
  make: ({ count }, spec): sampling.Stage => ({ spec, cut: (ladder) => ladder.keepCount(count, "lowestId") }),
});

Deno.test("what one has registered comes back, alone and inside of something else, and may stand in a chain from JSON", async () => {
  const before = scaling.call({}, 3);
  assertEquals(refusal(before.spec).code, "E_PARAM");
  assertThrows(() => chainFrom([{ name: "acme:bestOnly" }]), ParameterError, '"acme:bestOnly" is unknown');
  register(scaling);
  register(bestOnly);
  assertEquals(definitionOf("acme:scale"), scaling as Definition);
  const again = fromSpec<Operator>(through(before.spec));
  assertEquals(again.spec, before.spec);
  assertSameBits(await WORK.operator(again), await WORK.operator(before));

  const row = Float32Array.of(1, 5, 3);
  const chain = [scaling.call({}, 2), bestOnly.call({ count: 2 })];
  const made = sampler({ chain, seed: 4 });
  const same = fromSpec<sampling.Sampler>(through(made.spec));
  assertEquals(same.draw(row), made.draw(row));
  const read = sampler({
    chain: chainFrom([{ name: "acme:scale", by: 2 }, { name: "acme:bestOnly", count: 2 }]),
    seed: 4,
  });
  assertEquals(read.distribution(row), made.distribution(row));
  const wrong = () => chainFrom([{ name: "acme:bestOnly", count: 0 }]);
  assertThrows(
    wrong,
    ParameterError,
    "Cannot read stage 0 of the chain: cannot use acme:bestOnly with count = 0: wanted",
  );
  assertThrows(
    () => chainFrom([{ name: "acme:scale" }]),
    ParameterError,
    "cannot use acme:scale without by: wanted by",
  );
});

/** The factories that a room gives. */
function factoriesOf(room: object, but: readonly string[] = []): string[] {
  return Object.entries(room).filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name))
    .map(([name]) => name).filter((name) => !but.includes(name)).sort();
}

/** Functions of the room of folds that make none. */
const NO_FOLDS = [
  "candidateSoftmax",
  "collapseMonitor",
  "dpoDifficulty",
  "fold",
  "guidanceMonitor",
  "idealLogRatio",
  "leaveOneOut",
  "loadFolds",
  "rowsOf",
  "saveFolds",
  "sequences",
  "softValue",
];

Deno.test("every factory of what has a spec has a row", () => {
  const named = (kind: string, but: readonly string[] = []) =>
    CATALOGUE.filter((row) => row.kind === kind && !but.includes(row.name)).map(({ name }) => name).sort();
  assertEquals(named("reducer", ["sampler"]), factoriesOf(reducers));
  assertEquals(named("operator"), factoriesOf(operators));
  assertEquals(named("map"), factoriesOf(maps, ["normalizeRow"]));
  assertEquals(named("sink"), factoriesOf(sinks, ["ndjsonLine"]));
  assertEquals(named("fold"), factoriesOf(folds, NO_FOLDS));
  // Arrays, streams and standard input are where they are; ids are no logits; `map` is of the room of flows.
  assertEquals(named("source", ["map"]), factoriesOf(sources, ["fromArray", "fromStream", "fromStdin", "readIds"]));
  assertEquals(named("stage"), factoriesOf(sampling, ["sampler", "preset", "presetsWith", "openAiLogprobs"]));
});
