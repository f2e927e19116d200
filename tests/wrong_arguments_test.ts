// Promise: whatever comes in, out comes what was asked for, or an error that says what was wanted. No option is passed over in silence.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as root from "../mod.ts";
import { transformersLogitsProcessor } from "../src/adapters/transformers.ts";
import { sampleChain } from "../src/catalogue/mod.ts";
import { errorCode, logitsFrom, ParameterError } from "../src/core/mod.ts";
import * as folds from "../src/folds/mod.ts";
import * as preference from "../src/preference/mod.ts";
import * as records from "../src/records/mod.ts";
import * as sampling from "../src/sampling/mod.ts";
import { roomFiles, rooms, ROOT } from "./support/modules.ts";

type Callable = (...values: readonly unknown[]) => unknown;

// deno-lint-ignore no-explicit-any
const any = (value?: unknown): any => value;

const logits = root.fromArray([1, 2]);
const lse = root.logSumExp();

/** Whatever JavaScript may hand over, made anew for each call. */
const VALUES: readonly (() => unknown)[] = [
  ...[undefined, null, true, 0, 5, NaN, "", "no such folder/file", 5n, Symbol("x"), logits, lse].map((value) => () =>
    value
  ),
  () => () => 5,
  () => root.logSumExp,
  () => ({}),
  () => ({ lse }),
  () => ({ a: 5 }),
  () => ({ a: null }),
  () => ({ a: root.logSumExp }),
  () => [],
  () => [1],
  () => [null],
  () => Uint8Array.of(1),
  () => Float32Array.of(1),
  () => new Map([[1, 2]]),
  () => Promise.resolve(1),
  () => ReadableStream.from([]),
  () => root.temperature(2),
  () => root.softmax(),
];

/** Opens what can be opened: what is lazy fails there. */
async function drain(result: unknown): Promise<void> {
  const made = await result;
  const opened = typeof (made as root.Logits | null)?.pipe === "function" ? (made as root.Logits).open() : made;
  if (opened instanceof ReadableStream && !opened.locked) { for await (const _ of opened); }
}

async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await drain(call());
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Fails unless a call goes well, or is refused by a typed error. */
async function check(call: () => unknown, ...values: readonly unknown[]): Promise<void> {
  const error = await failureOf(call) as Error | undefined;
  if (error === undefined || (errorCode(error) && !error.message.includes("[object"))) return;
  throw new Error(`${call} of ${Deno.inspect(values)}`, { cause: error });
}

/** Sinks make files (and have a test of their own), standard input is the process's; the others take what the library made of a row. */
const LEFT_OUT = ["toNpy", "toRaw", "toNdjson", "fromStdin", "sampleRecord", "requireToken", "openAiLogprobs"];

/** The sampling room has such a test of its own. */
const DOORS = Object.entries(root as unknown as Record<string, Callable>).filter(([name, door]) =>
  typeof door === "function" && /^[a-z]/.test(name) && !LEFT_OUT.includes(name) && !(name in sampling)
);

const FOLD_DOORS = Object.entries(folds as unknown as Record<string, Callable>).filter(([name, door]) =>
  typeof door === "function" && /^[a-z]/.test(name)
);

for (const [name, door] of [...DOORS, ...FOLD_DOORS, ["sampler", root.sampler] as const]) {
  Deno.test(`${name}: any arguments are right, or refused by a typed error`, async () => {
    for (const first of VALUES) {
      for (const second of VALUES) {
        for (const before of [[], [logits], [logits, { lse }]]) {
          const values = [...before, first(), second()];
          await check(() => (door as Callable)(...values), ...values);
        }
      }
    }
    await check(() => (door as Callable)());
  });
}

Deno.test("logits: pipe and open, with any arguments", async () => {
  for (const value of VALUES) {
    await check(() => logits.pipe(any(value())), value());
    await check(() => logits.open(any(value())), value());
    for (const name of ["rows", "columns", "signal"]) {
      await check(() => logits.open(any({ [name]: value() })), name, value());
    }
    for (const name of ["rows", "backend", "onInvalid", "reads", "rowCache", "spill", "signal"]) {
      await check(() => root.reduce(logits, { lse }, any({ [name]: value() })), name, value());
      await check(() => root.normalize(logits, any({ [name]: value() })), name, value());
      await check(() => root.reduceRow(Float32Array.of(1), { lse }, any({ [name]: value() })), name, value());
    }
  }
});

function refusal(call: () => unknown): string {
  return assertThrows(call, ParameterError).message;
}

Deno.test("what is no reducer: what was wanted is said, and to call it", () => {
  const wanted = "wanted a reducer, as logSumExp() gives it";
  for (const door of [root.reduce, root.reduceStates, root.explain] as Callable[]) {
    const by = (reducers: unknown) => refusal(() => door(logits, reducers));
    assertEquals(by({ a: root.logSumExp }), `Cannot reduce by a function as "a": ${wanted}; call logSumExp first`);
    assertEquals(by({ a: 5 }), `Cannot reduce by 5 as "a": ${wanted}`);
    assertEquals(by(undefined), "Cannot reduce by undefined: wanted reducers by name, as { lse: logSumExp() }");
    assertEquals(by(lse), "Cannot reduce by one reducer: wanted reducers by name, as { lse: logSumExp() }");
    assertEquals(by([lse]), "Cannot reduce by a list: wanted reducers by name, as { lse: logSumExp() }");
  }
  const row = Float32Array.of(1);
  assert(refusal(() => root.reduceRow(row, any({ a: root.entropy }))).endsWith("; call entropy first"));
  assert(refusal(() => root.tap(logits, any({ a: root.entropy }), () => {})).endsWith("; call entropy first"));
  assertEquals(
    refusal(() => root.reduce(logits, any({ a: { ...lse, needs: "sums" } }))),
    'Cannot reduce by "a", which needs sums: wanted one of maximum, sum, moments, squares',
  );
  assertEquals(
    refusal(() => root.tap(logits, { lse }, any(undefined))),
    "Cannot tap for undefined: wanted a function that takes each look",
  );
});

Deno.test("what is no logits: how to make some of it is said", async () => {
  const of = (value: unknown) => refusal(() => root.reduce(any(value), { lse }));
  assertEquals(of([1, 2, 3]), "Cannot reduce a list: wanted logits; fromArray makes them of it");
  assertEquals(of(Float32Array.of(1)), "Cannot reduce a Float32Array: wanted logits; fromArray makes them of it");
  assertEquals(of("a.npy"), "Cannot reduce a.npy: wanted logits; fromFile and fromUrl make them of it");
  assertEquals(
    of(ReadableStream.from([])),
    "Cannot reduce a ReadableStream: wanted logits; fromStream makes them of it",
  );
  assertEquals(of(Promise.resolve(logits)), "Cannot reduce a Promise: wanted logits; await it first");
  assertEquals(of(root.fromArray), "Cannot reduce a function: wanted logits; call it first");
  assert(of(undefined).startsWith("Cannot reduce undefined: wanted logits; fromArray, "));
  await assertRejects(() => root.collect(any([1]), { lse }), ParameterError, "Cannot collect a list: wanted logits");
  const doors: Record<string, Callable> = {
    "reduce": (value) => root.reduceStates(any(value), { lse }),
    "normalize": (value) => root.normalize(any(value)),
    "map": (value) => root.map(any(value), root.softmax()),
    "tap": (value) => root.tap(any(value), { lse }, () => {}),
    "explain": (value) => root.explain(any(value), { lse }),
    "mask": (value) => root.zipMasks(any(value), ReadableStream.from([])),
  };
  for (const [verb, door] of Object.entries(doors)) {
    assertEquals(refusal(() => door([1])), `Cannot ${verb} a list: wanted logits; fromArray makes them of it`);
  }
  assert(refusal(() => logitsFrom(any([1]))).startsWith("Cannot make logits of a list: wanted a source"));
});

Deno.test("what is no operator and no map", () => {
  const wanted = "wanted an operator, as temperature(0.8) gives it";
  const through = (value: unknown) => refusal(() => logits.pipe(any(value)));
  assertEquals(through(root.temperature), `Cannot pipe through a function: ${wanted}; call temperature first`);
  assertEquals(through([root.temperature(1)]), `Cannot pipe through a list: ${wanted}`);
  assertEquals(
    through(root.keepTopK(5)),
    "Cannot pipe through keepTopK: wanted an operator; the stages of a sampler go into its chain",
  );
  assert(through(new TransformStream()).startsWith(`Cannot pipe through a TransformStream: ${wanted}; open() gives`));
  const maps = "wanted a map with spec, needs and emit, as softmax() gives it";
  for (const door of [root.map, root.explain] as Callable[]) {
    const by = (value: unknown) => refusal(() => door(logits, value));
    if (door === root.map) assertEquals(by(root.softmax), `Cannot map by a function: ${maps}; call softmax first`);
    const other = { ...root.softmax(), needs: "all" };
    assertEquals(by(other), "Cannot map by softmax, which needs all: wanted one of maximum, sum, moments, squares");
  }
});

Deno.test("states: what is none is refused", () => {
  const wanted = "wanted a state, as reduceStates or loadState gives it";
  assertEquals(refusal(() => root.finishState(any({}), { lse })), `Cannot finish an object: ${wanted}`);
  assertEquals(refusal(() => root.saveState(any(null))), `Cannot save null: ${wanted}`);
  assertEquals(refusal(() => root.mergeStates(any([5]))), `Cannot merge 5: ${wanted}`);
  assertEquals(refusal(() => root.mergeStates(any(5))), "Cannot merge 5: wanted a list of states");
  assert(refusal(() => root.loadState(any("SLUICE"), { lse })).startsWith("Cannot load a state from SLUICE: wanted"));
});

Deno.test("entropyMonitor: a row without its entropy is refused, not counted as anything", async () => {
  const options = { window: 2, threshold: 1, dwell: 0 };
  const watch = (rows: unknown[], more: object = {}) =>
    Array.fromAsync(ReadableStream.from(any(rows)).pipeThrough(root.entropyMonitor(any({ ...options, ...more }))));
  const message = await assertRejects(() => watch([{ h: 1 }]), ParameterError);
  assertEquals(
    message.message,
    'Cannot watch a row whose "entropy" is undefined: wanted a number; the option "field" names the rows\' entropy',
  );
  await assertRejects(() => watch([null]), ParameterError);
  await assertRejects(() => watch([{ entropy: "1" }]), ParameterError, 'is "1": wanted a number');
  assertEquals((await watch([{ h: 1 }], { field: "h" })).length, 1);
});

const row = Float32Array.of(1, 2);
const monitor = { window: 1, threshold: 1, dwell: 0 };

/** A call of what takes options, by the name of their type. */
const TAKES: Record<string, (more: object) => unknown> = {
  AccuracyOptions: (more) => folds.accuracy(more),
  AdvantageFilterOptions: (more) => folds.advantageFilter(more),
  AwrOptions: (more) => folds.awr(any({ beta: 1, ...more })),
  BinaryOptions: (more) => folds.logLoss(more),
  CandidateSoftmaxOptions: (more) => folds.candidateSoftmax([1], more),
  CertifyOptions: (more) => folds.certify(any({ maps: 1, classes: 2, sigma: 1, alpha: 0.1, ...more })),
  CollapseMonitorOptions: (more) => folds.collapseMonitor(any({ window: 1, threshold: 0.5, ...more })),
  CollapseOptions: (more) => folds.collapse(more),
  ColumnMomentsOptions: (more) => folds.columnMoments(any({ width: 2, ...more })),
  ConditionalMutualInformationOptions: (more) =>
    folds.conditionalMutualInformation(any({ classes: 2, width: 2, ...more })),
  CurvatureOptions: (more) => folds.curvature(more),
  EceOptions: (more) => folds.ece(more),
  GuidanceMonitorOptions: (more) => folds.guidanceMonitor(any({ threshold: 0.5, ...more })),
  HedgeOptions: (more) => folds.hedge(any({ eta: 1, experts: ["a"], ...more })),
  IdealLogRatioOptions: (more) => folds.idealLogRatio(0, any({ preference: 0.5, beta: 1, ...more })),
  OrealOptions: (more) => folds.oreal(any({ correct: true, ...more })),
  OreoOptions: (more) => folds.oreo(more),
  OscrOptions: (more) => folds.oscr(more),
  ProcessRewardsOptions: (more) => folds.processRewards(any({ beta: 1, ...more })),
  RankingAccuracyOptions: (more) => folds.rankingAccuracy(more),
  RewardDistanceOptions: (more) => folds.rewardDistance(any({ gamma: 1, ...more })),
  RowsOfOptions: async (more) => await folds.rowsOf(logits, more).cancel(),
  ScoredOptions: (more) => folds.auroc(more),
  SequencesOptions: async (more) =>
    await folds.sequences([], { nll: folds.meanNll() }, any({ lengths: [], ...more })).cancel(),
  SoftValueOptions: (more) => folds.softValue([1], [1], any({ beta: 1, ...more })),
  WinRateOptions: (more) => folds.winRate(any({ candidates: 2, ...more })),
  AdaptivePOptions: (more) => root.adaptiveP(any({ target: 0.5, ...more })),
  DryOptions: (more) => root.dry(any({ multiplier: 1, ...more })),
  DynamicTemperatureOptions: (more) => root.dynamicTemperature(any({ temperature: 1, range: 0.5, ...more })),
  EntropyMonitorOptions: (more) => root.entropyMonitor(any({ ...monitor, ...more })),
  EntropyOptions: (more) => root.entropy(more),
  FileSpillOptions: (more) => root.fileSpill(more),
  FinishStateOptions: async (more) => {
    const [state] = await Array.fromAsync(root.reduceStates(logits, { lse }));
    return root.finishState(state, { lse }, more);
  },
  FlowOptions: (more) => root.collect(logits, { lse }, more),
  ForceOptions: (more) => root.force([[0, 1]], more),
  FromArrayOptions: (more) => root.fromArray([1], more),
  FromFileOptions: (more) => root.fromFile("examples/data/lm_logits_f32.npy", more),
  FromStdinOptions: (more) => root.fromStdin({ vocabulary: 0, ...more }),
  FromStreamOptions: (more) => root.fromStream(ReadableStream.from([row]), { vocabulary: 2, ...more }),
  FromUrlOptions: (more) => root.fromUrl("http://127.0.0.1:1/a.npy", more),
  KeepEpsilonOptions: (more) => root.keepEpsilon(0.1, more),
  KeepEtaOptions: (more) => root.keepEta(0.1, more),
  KeepMinPOptions: (more) => root.keepMinP(0.1, more),
  KeepTopKOptions: (more) => root.keepTopK(1, more),
  KeepTopPOptions: (more) => root.keepTopP(0.1, more),
  KeepTypicalOptions: (more) => root.keepTypical(0.1, more),
  AgreementOptions: (more) => root.agreement("a", "b", more),
  ComparisonOptions: (more) => new records.Comparison(more),
  LabelCurvatureOptions: (more) => root.labelCurvature("a", "b", [0], more),
  JsDivergenceOptions: (more) => root.jsDivergence("a", "b", more),
  KlDivergenceOptions: (more) => root.klDivergence("a", "b", more),
  RenyiDivergenceOptions: (more) => root.renyiDivergence("a", "b", any({ alpha: 2, ...more })),
  LabelOptions: (more) => root.label([0], more),
  LogSumExpOptions: (more) => root.logSumExp(more),
  MapOptions: (more) => root.map(logits, root.softmax(), more),
  MaskOptions: (more) => root.mask(any({ allow: [1], ...more })),
  MinLengthOptions: (more) => root.minLength(1, any({ end: [1], ...more })),
  MirostatOptions: (more) => root.mirostat(more),
  NoRepeatNgramOptions: (more) => root.noRepeatNgram(2, more),
  NormalizeOptions: (more) => root.normalize(logits, more),
  NormalizeRowOptions: (more) => root.normalizeRow(row, more),
  PenaltiesOptions: (more) => root.penalties(more),
  PreferenceLossOptions: (more) => preference.preferenceLoss(more),
  PresetOptions: (more) => root.preset("vllm", more),
  ReduceOptions: (more) => root.reduce(logits, { lse }, more),
  ReduceRowOptions: (more) => root.reduceRow(row, { lse }, more),
  ReduceStatesOptions: (more) => root.reduceStates(logits, { lse }, more),
  RewardLossOptions: (more) => preference.rewardLoss(more),
  RowRecordOptions: (more) => records.recordReducers(more),
  SampleChainOptions: (more) => sampleChain(more),
  SamplerOptions: (more) => root.sampler(more),
  SaveStateOptions: async (more) =>
    root.saveState((await Array.fromAsync(root.reduceStates(logits, { lse })))[0], more),
  SinkOptions: async (more) => await (await root.toText("/dev/null", more)).abort(),
  StepOptions: (more) => root.sampler({ seed: 1 }).draw(row, more),
  SuppressOptions: (more) => root.suppress([1], more),
  TapOptions: (more) => root.tap(logits, { lse }, () => {}, more),
  TargetOptions: (more) => root.target([0], more),
  ToNpyOptions: async (more) => await (await root.toNpy("/dev/null", more)).abort(),
  TopKOptions: (more) => root.topK(1, more),
  TransformersProcessorOptions: (more) => transformersLogitsProcessor(root.sampler(), more),
  UnpairedLossOptions: (more) => preference.unpairedLoss(any({ kind: "kto", ...more })),
  XtcOptions: (more) => root.xtc(any({ probability: 0.5, threshold: 0.1, ...more })),
};

/** The same options at another door. */
const TAKES_TOO: Record<string, (more: object) => unknown> = {
  explain: (more) => root.explain(logits, { lse }, more),
  distribution: (more) => root.sampler().distribution(row, more),
  rowRecord: (more) => records.rowRecord(root.reduceRow(row, records.recordReducers()), more),
  open: (more) => logits.open(more),
  toRaw: async (more) => await (await root.toRaw("/dev/null", more)).abort(),
  toNdjson: async (more) => await (await root.toNdjson("/dev/null", more)).abort(),
};

Deno.test("every options object of the library is among those that are looked at", () => {
  const found = rooms().filter((room) => !["kernels", "src/cli", "src/http"].includes(room)).concat("src/adapters")
    .flatMap((room) => [...roomFiles(room)]).filter((file) => !/\/_[^/]*$/.test(file))
    .flatMap((
      file,
    ) => [...Deno.readTextFileSync(new URL(file, ROOT)).matchAll(/^export (?:interface|type) (\w+Options)\b/gm)]).map((
      [, name],
    ) => name);
  assertEquals([...new Set(found)].sort(), Object.keys(TAKES).sort());
});

for (const [name, take] of Object.entries({ ...TAKES, ...TAKES_TOO })) {
  Deno.test(`${name}: another option is refused, with the list of those there are`, async () => {
    const refused = async (more: object) => {
      const error = await failureOf(() => take(more));
      assert(error instanceof ParameterError, `${error}`);
      return error.message;
    };
    assert(
      /with nosuch = 1: wanted one of its options: \w/.test(await refused({ nosuch: 1 })),
      await refused({ nosuch: 1 }),
    );
    if (name !== "FromStdinOptions" && name !== "FromUrlOptions") {
      assertEquals(await failureOf(() => take({ nosuch: undefined })), undefined);
    }
  });
}

Deno.test("an option that is inherited counts: it would be read as well", () => {
  const { reduce } = root;
  const message = refusal(() => reduce(logits, { lse }, Object.create({ row: [0, 1] })));
  assertEquals(
    message,
    "Cannot use reduce with row = a list: wanted one of its options: rows, backend, onInvalid, reads, rowCache, spill, signal",
  );
  assertEquals(
    refusal(() => reduce(logits, { lse }, any(new AbortController().signal))).split(": ")[0],
    "Cannot use reduce with aborted = false",
  );
  assertEquals(root.topK(2, Object.create({ logprob: false })).spec.params, { k: 2, logprob: false });
  assertEquals(root.keepTopK(2, Object.create({ minKeep: 3 })).spec.params.minKeep, 3);
});
