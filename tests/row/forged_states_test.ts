// A saved state is foreign data: whoever writes one with a sound check sum can write anything. Whatever a field of it says, of every
// reducer, the state is refused by an error of ours, or it loads, merges and finishes at once; and it can be saved and loaded again.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { loadKernels } from "../../kernels/mod.ts";
import { errorCode, type Reducer, type Reducers, StateFormatError } from "../../src/core/mod.ts";
import { ReducerSet } from "../../src/row/_reducer_set.ts";
import { stateContent } from "../../src/row/_state_content.ts";
import { reduceStates } from "../../src/flow/mod.ts";
import { finishState, loadState, mergeStates, reduceRow, RowState, saveState } from "../../src/row/mod.ts";
import { logitBias } from "../../src/operators/mod.ts";
import { label, logSumExp, moments, topK } from "../../src/reducers/mod.ts";
import { keepMinP, keepTopK, keepTopNSigma, keepTopP, penalties, sampler } from "../../src/sampling/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { forgeriesOf, type Forgery } from "../support/forgeries.ts";
import { Random } from "../support/random.ts";
import { reducerTable } from "../support/reducer_table.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { contentOf, type Loose, withContent } from "../support/state_bytes.ts";

const VOCABULARY = 2600;

/** Ids with some fragments, of whole tiles only, and of no whole tile; and what to merge with each. */
const PARTS: readonly (readonly (readonly [number, number])[])[] = [
  [[100, 2200], [2200, VOCABULARY]],
  [[1024, 2048], [0, 1024]],
  [[5, 50], [50, 1500]],
];

const random = new Random(41);
const ROWS: Readonly<Record<string, (id: number) => number>> = {
  plain: () => 3 * random.normal(),
  masked: (id) => id % 5 === 0 ? -Infinity : random.whole(9) / 2,
  invalid: (id) => id % 1100 === 4 ? NaN : id % 700 === 3 ? Infinity : random.normal(),
};

/** A reducer as a user may write one: what it must be told of its own state is told by `init`. */
const own: Reducer<number, Loose> = {
  spec: { name: "own", params: {}, inputs: [] },
  init: () => ({
    sum: 0,
    large: 0n,
    yes: false,
    name: "own",
    list: [0, 0],
    open: {},
    bytes: new Uint8Array(2),
    inner: { n: 1 },
  }),
  step: (state, { values }) => void (state.list[0] += values.length),
  merge: (into, from) => void (into.list[0] += from.list[0]),
  finish: ({ sum, list, inner }) => sum + list[0] + inner.n,
};

/** Whose states are short. */
const SAMPLERS: Reducers = {
  plain: sampler({ seed: 1, topLogprobs: 5 }),
  edited: sampler({ seed: 2, chain: [penalties({ repetition: 2 }), logitBias({ 1500: 4 })], draws: 3, prompt: [7] }),
  few: sampler({ seed: 3, chain: [keepTopK(20)] }),
};

/** Whose states keep the logits of a row. */
const KEEPING: Reducers = {
  nucleus: sampler({ seed: 4, chain: [keepTopP(0.9)], details: true }),
  edited: sampler({ seed: 5, chain: [penalties({ repetition: 2 }), keepTopNSigma(1.5), keepMinP(0.001)], prompt: [7] }),
};

const LAWS = reducerTable(VOCABULARY, 1);
const { topAll: _long, ...TOP } = LAWS.topK;

/** Every reducer of the laws, every kind of sampler, and a user's own. */
const TABLE: Readonly<Record<string, Reducers>> = {
  ...LAWS,
  topK: TOP,
  label: { label: label([1300]), labelRank: label([1300], { rank: true }) },
  sampler: SAMPLERS,
  keeping: KEEPING,
  own: { own },
};

interface Target {
  readonly reducers: Reducers;
  readonly bytes: Uint8Array;
  readonly content: Loose;
  readonly neighbour: RowState;
}

async function targetsOf(reducers: Reducers): Promise<Target[]> {
  const targets: Target[] = [];
  for (const at of Object.values(ROWS)) {
    const row = Float32Array.from({ length: VOCABULARY }, (_, id) => at(id));
    for (const data of [row, Float64Array.from(row)]) {
      for (const parts of PARTS) {
        const [state, neighbour] = await Promise.all(parts.map(async (columns) => {
          return (await Array.fromAsync(reduceStates(fromArray(data), reducers, { columns })))[0];
        }));
        const bytes = saveState(state);
        targets.push({ reducers, bytes, content: contentOf(bytes), neighbour });
      }
    }
  }
  return targets;
}

const TARGETS: Readonly<Record<string, Target[]>> = Object.fromEntries(
  await Promise.all(Object.entries(TABLE).map(async ([name, reducers]) => [name, await targetsOf(reducers)] as const)),
);

/** A state from its bytes, with a sound check sum. */
function fromBytes({ bytes, reducers }: Target, content: Loose): RowState {
  return loadState(withContent(bytes, content), reducers);
}

/** The same without the bytes, which take long where a state is long. */
function fromContent({ reducers }: Target, content: Loose): RowState {
  const set = new ReducerSet(reducers);
  const { backend, element, row, vocabulary, streams, states, parts, operators } = stateContent(content, set);
  return new RowState(
    set,
    loadKernels(backend, element),
    row,
    vocabulary,
    { fold: { streams, states }, parts },
    operators,
  );
}

type Load = (target: Target, content: Loose) => RowState;

/** Loads, finishes, merges and loads again; gives whether the state was refused. Fails for anything but an error of ours. */
function use(target: Target, content: Loose, load: Load): boolean {
  const { reducers, neighbour } = target;
  try {
    const state = load(target, content);
    finishState(state, reducers, { partial: true });
    for (const states of [[state, neighbour], [neighbour, state]]) {
      const merged = mergeStates(states);
      finishState(merged, reducers, { partial: true });
      if (load === fromBytes) loadState(saveState(merged), reducers);
    }
    return false;
  } catch (error) {
    if (!errorCode(error)) throw error;
    return true;
  }
}

function tryForged(target: Target, forgeries: readonly Forgery[], load: Load): boolean {
  const forged = structuredClone(target.content);
  try {
    for (const { apply } of forgeries) apply(forged);
    return use(target, forged, load);
  } catch (error) {
    const what = forgeries.map(({ place }) => `${place}: ${Deno.inspect(valueAt(forged, place))}`).join(", ");
    throw new Error(`A forged state is neither refused nor answered: ${what}`, { cause: error });
  }
}

function valueAt(content: Loose, place: string): unknown {
  return place.split(".").reduce((inside, key) => inside?.[key], content);
}

function loadOf(name: string): Load {
  return name === "sampler" || name === "keeping" ? fromContent : fromBytes;
}

for (const [name, targets] of Object.entries(TARGETS)) {
  Deno.test(`${name}: a state with any one field forged is refused, or is answered at once`, () => {
    const load = loadOf(name);
    targets.forEach((target, i) => {
      assert(!use(target, target.content, fromBytes), "a sound state is refused");
      let turn = i, refused = 0;
      // Each is made to one of the states, in turn.
      for (const forgery of forgeriesOf(target.content, random)) {
        if (turn++ % targets.length === 0) refused += Number(tryForged(target, [forgery], load));
      }
      assert(refused > 0);
    });
  });
}

Deno.test("20,000 states with some fields forged are refused, or are answered at once", () => {
  const some = Object.entries(TARGETS).flatMap(([name, targets]) => targets.map((target) => ({ name, target })));
  const forgeries = some.map(({ target }) => [...forgeriesOf(target.content, random)]);
  let answered = 0;
  for (let time = 0; time < 20_000; time++) {
    const which = random.whole(some.length), all = forgeries[which];
    const few = Array.from({ length: 1 + random.whole(3) }, () => all[random.whole(all.length)]);
    answered += Number(!tryForged(some[which].target, few, loadOf(some[which].name)));
  }
  // Some forgeries are none, or say what could be true.
  assert(answered > 100 && answered < 5000, `${answered} were answered`);
});

type Change = (content: Loose) => unknown;

/** What no logits give, of ids 1024 to 2047 folded beside the fragments of 100 to 2199, and how it is refused. */
const SENSELESS: readonly (readonly [name: string, says: string, change: Change])[] = [
  [
    "topK",
    'in reducer "top5", size is 9000000000000000, wanted a whole number from 0 to 5',
    in1((it) => it.size = 9e15),
  ],
  ["topK", "size is -1, wanted", in1((it) => it.size = -1)],
  ["topK", "size is 2.5, wanted", in1((it) => it.size = 2.5)],
  ["topK", "size is NaN, wanted", in1((it) => it.size = NaN)],
  ["topK", "k is 6, wanted 5", in1((it) => it.k = 6)],
  ["topK", "the length of values is 0, wanted", in1((it) => it.values = new Float64Array())],
  ["topK", "the length of values is 6, wanted", in1((it) => it.values = new Float64Array(6))],
  ["topK", "the length of ids is 4, wanted 5", in1((it) => it.ids = new Float64Array(4))],
  ["topK", "values is a Float32Array, wanted a Float64Array", in1((it) => it.values = new Float32Array(5))],
  ["topK", "values has NaN, wanted", in1((it) => it.values[4] = NaN)],
  ["topK", "values has -Infinity, wanted", in1((it) => it.values[0] = -Infinity)],
  ["topK", "ids has 2500, wanted ids whose logits were read", in1((it) => it.ids[3] = 2500)],
  ["topK", "ids has 1023, wanted ids", in1((it) => it.ids[3] = 1023)],
  ["topK", "ids has 1100.5, wanted ids", in1((it) => it.ids[3] = 1100.5)],
  ["topK", "twice, wanted it once", in1((it) => it.ids[3] = it.ids[2])],
  ["topK", "in no heap's order", in1((it) => it.values[0] = 1000)],
  ["topK", "wanted the largest logit", in1((it) => it.size = 1)],
  ["topK", "size is missing", in1((it) => delete it.size)],
  ["topK", "more is no field of it", in1((it) => it.more = 1)],
  [
    "topK",
    "__proto__ is no field of it",
    in1((it) => Object.defineProperty(it, "__proto__", { value: 1, enumerable: true })),
  ],
  ["topK", "it is null, wanted a record", ({ states }) => states[1] = null],
  ["maximum", "value is 1e+308, wanted the largest logit", in0((it) => it.value = 1e308)],
  ["maximum", "id is 99, wanted one whose logit was read", in0((it) => it.id = 99)],
  ["maximum", "id is Infinity, wanted", in0((it) => it.id = Infinity)],
  ["moments", "count is 1025, wanted a whole number from 0 to 1024", in0((it) => it.count = 1025)],
  ["moments", "sums are larger", in0((it) => it.sum = 1n << 2200n)],
  ["moments", "sums are larger", in0((it) => it.sum = -1n << 2200n)],
  ["moments", "sums are larger", in0((it) => it.squares = 1n << 4400n)],
  ["moments", "negative", in0((it) => it.squares = -1n)],
  ["moments", "minimum is 1000 of 1024 logits", in0((it) => it.minimum = 1000)],
  ["moments", "sum is a number, wanted a bigint", in0((it) => it.sum = 5)],
  ["specials", "negInf is 1025, wanted a whole number from 0 to 1024", in0((it) => it.negInf = 1025)],
  ["entropy", "it is a record, wanted null", ({ states }) => states[0] = {}],
  ["target", "ids are not those of the reducer", in0((it) => it.ids[0] = 1)],
  ["target", "seen of id 0 is 1, wanted 0", in0((it) => it.seen[0] = 1)],
  ["target", "seen of id 1300 is 0, wanted 1", in0((it) => it.seen[1] = 0)],
  ["target", "the logit of id 1300 is 1000, wanted", in0((it) => it.logits[1] = 1000)],
  ["target", "the logit of id 1300 is NaN, wanted", in0((it) => it.logits[1] = NaN)],
  ["target", "the length of logits is 2, wanted 3", in0((it) => it.logits = new Float64Array(2))],
  ["target", "best.heap is an object, wanted null", ({ states }) => states[0].best = states[1].best],
  ["target", "best.size is 9000000000000000", in1((it) => it.best.size = 9e15)],
  ["label", "ids are not those of the reducer", in0((it) => it.ids = [])],
  ["label", "a row 1", (content) => content.row = 1],
  ["label", "id 1300 in label: wanted 0 to 1299", (content) => Object.assign(content, SHORT)],
  ["sampler", "row is 7, wanted 0", in0((it) => it.row = 7)],
  ["sampler", 'backend is gpu, wanted "', in0((it) => it.backend = "gpu")],
  ["sampler", 'element is f64, wanted "f32"', in0((it) => it.element = "f64")],
  ["sampler", "the length of sum is 208, wanted 0", in0((it) => it.sum = new Uint8Array(208))],
  ["sampler", "raw.size is 9000000000000000", in0((it) => it.raw.size = 9e15)],
  ["sampler", "best.heap is an object, wanted null", in0((it) => it.best = it.raw)],
  ["sampler", "proposals.round is 1, wanted 0", in0((it) => it.proposals.round = 1)],
  ["sampler", "the length of proposals.ratio is 2, wanted 1", in0((it) => it.proposals.ratio = new Float64Array(2))],
  ["sampler", "a leading tile 7", in0((it) => it.proposals.tile[0] = 7)],
  ["sampler", "a leading tile", in0((it) => it.proposals.mantissa[0] = NaN)],
  ["sampler", "a leading tile", in0((it) => it.proposals.exponent[0] = 1e300)],
  ["sampler", "the length of proposals.kept is 0, wanted 1", in0((it) => it.proposals.kept = [])],
  ["sampler", "tile 0, which does not lead", in0((it) => it.proposals.kept[0].tile = 0)],
  ["sampler", "tile undefined, which does not lead", in0((it) => it.proposals.kept[0] = 5)],
  ["sampler", "is 5, wanted 1024", in0((it) => it.proposals.kept[0].logits = new Float32Array(5))],
  ["sampler", "are a Float64Array", in0((it) => it.proposals.kept[0].logits = new Float64Array(1024))],
  ["sampler", "an invalid logit", in0((it) => it.proposals.kept[0].logits[9] = NaN)],
  ["sampler", "nan is 1025, wanted", in1((it) => it.nan = 1025)],
  ["sampler", "sum has 5 bytes, wanted 208", in1((it) => it.sum = new Uint8Array(5))],
  ["sampler", "sum has a top bin of", in1((it) => it.sum = withNumber(it.sum, 1, 1e300))],
  ["keeping", "kept is null, wanted a list", in0((it) => it.kept = null)],
  ["keeping", "the number of logits that are kept is 0, wanted", in0((it) => it.kept = [])],
  ["keeping", "logits that are kept are 7, wanted a Float32Array", in0((it) => it.kept[0].logits = 7)],
  ["keeping", "are a Float64Array", in0((it) => it.kept[0].logits = new Float64Array(1024))],
  ["keeping", "is 5, wanted 1024", in0((it) => it.kept[0].logits = new Float32Array(5))],
  ["keeping", "the start of logits that are kept is -1", in0((it) => it.kept[0].start = -1)],
  ["keeping", "a logit above the maximum", in0((it) => it.kept[0].logits[3] = 1e30)],
  ["own", "sum is a bigint, wanted a number", in0((it) => it.sum = 1n)],
  ["own", "list is a record, wanted a list", in0((it) => it.list = { 0: 1, length: 9e15 })],
  ["own", "list[1] is null, wanted a number", in0((it) => it.list[1] = null)],
  ["own", "inner.n is missing", in0((it) => it.inner = {})],
  ["own", "open.__proto__ is no field of it", in0((it) => it.open = JSON.parse('{"__proto__":1}'))],
  ["logSumExp", "the length of states is 3, wanted 2", ({ states }) => states.push(null)],
  ["logSumExp", "nan is 1025, wanted a whole number from 0 to 1024", ({ streams: [stream] }) => stream.nan = 1025],
  ["logSumExp", "posInf is 9000000000000000, wanted", ({ streams: [stream] }) => stream.posInf = 9e15],
  ["logSumExp", "firstInvalid is 1500 of 0 invalid logits", ({ streams: [stream] }) => stream.firstInvalid = 1500],
  [
    "logSumExp",
    "firstInvalid is 99 of 1 invalid logits",
    ({ streams: [sum] }) => Object.assign(sum, { nan: 1, firstInvalid: 99 }),
  ],
  [
    "logSumExp",
    "of 1 logits of +Infinity",
    ({ streams: [sum] }) => Object.assign(sum, { posInf: 1, firstInvalid: 1500 }),
  ],
  ["logSumExp", "a maximum of NaN", ({ streams: [stream] }) => stream.sum = withNumber(stream.sum, 0, NaN)],
  ["logSumExp", "a top bin of NaN", ({ streams: [stream] }) => stream.sum = withNumber(stream.sum, 1, NaN)],
  ["logSumExp", "a top bin of 0.5", ({ streams: [stream] }) => stream.sum = withNumber(stream.sum, 1, 0.5)],
  [
    "logSumExp",
    "a top bin of 9000000000000000",
    ({ streams: [stream] }) => stream.sum = withNumber(stream.sum, 1, 9e15),
  ],
  [
    "logSumExp",
    "a top bin of -9 beside a maximum",
    ({ streams: [stream] }) => stream.sum = withNumber(stream.sum, 1, -9),
  ],
  [
    "logSumExp",
    "a top bin of -Infinity beside a maximum",
    ({ streams: [stream] }) => stream.sum = withNumber(stream.sum, 1, -Infinity),
  ],
  ["logSumExp", "a digit of 0,", ({ streams: [stream] }) => stream.sum = withNumber(stream.sum, 2, 0)],
  ["logSumExp", "a digit of -1,", ({ streams: [stream] }) => stream.sum.fill(255, 24, 32)],
  ["logSumExp", "a digit of 1,", ({ streams: [stream] }) => stream.sum[80] = 1],
  ["maximum", "a top bin of 0 beside a maximum", ({ streams: [stream] }) => stream.sum = withNumber(stream.sum, 1, 0)],
  ["logSumExp", "row is -1, wanted", (content) => content.row = -1],
  ["logSumExp", "vocabulary is 1.5, wanted", (content) => content.vocabulary = 1.5],
  ["logSumExp", "backend is gpu, wanted fma or simd or reference", (content) => content.backend = "gpu"],
  ["logSumExp", "element is f64, wanted f32", (content) => content.element = "f64"],
  ["logSumExp", "operators is 5, wanted text", (content) => content.operators = 5],
  ["logSumExp", "its law of sums is tile512x8, wanted tile1024x8", (content) => content.law = "tile512x8"],
  ["logSumExp", "parts is an object, wanted a list", (content) => content.parts = {}],
  ["logSumExp", "in part 0, it is null, wanted a record", (content) => content.parts[0] = null],
  ["logSumExp", "in part 0, from is -1, wanted", ({ parts }) => parts[0].from = -1],
  [
    "logSumExp",
    "in part 0, to is 9000000000000000, wanted a whole number from 101 to 2600",
    ({ parts }) => parts[0].to = 9e15,
  ],
  [
    "logSumExp",
    "in part 1, from is 2200, wanted a whole number from 2201",
    ({ parts }) => parts.push({ ...parts[0], from: 2200 }),
  ],
  ["logSumExp", "the length of head is 1, wanted 924", ({ parts }) => parts[0].head = [new Float32Array(1)]],
  ["logSumExp", "tail is a Uint8Array, wanted a Float32Array", ({ parts }) => parts[0].tail = [new Uint8Array(152)]],
];

function in0(change: Change): Change {
  return ({ states }) => change(states[0]);
}

function in1(change: Change): Change {
  return ({ states }) => change(states[1]);
}

/** An accumulator with another float64, by its place. */
function withNumber(bytes: Uint8Array, place: number, value: number): Uint8Array {
  const numbers = new Float64Array(bytes.slice().buffer);
  numbers[place] = value;
  return new Uint8Array(numbers.buffer);
}

/** A row without the label's id. */
const SHORT = {
  vocabulary: 1300,
  parts: [{ from: 0, to: 1024, head: [new Float32Array()], tail: [new Float32Array()] }],
};

Deno.test("what no logits give is refused, by name", () => {
  for (const [name, says, change] of SENSELESS) {
    const [target] = TARGETS[name];
    const forged = structuredClone(target.content);
    change(forged);
    const error = assertThrows(() => fromBytes(target, forged), StateFormatError, says, says);
    assertEquals(error.code, "E_STATE_FORMAT", says);
  }
});

Deno.test("a reducer of one's own is asked by validate, and what it throws is a word about the state too", async () => {
  const asked: unknown[] = [];
  const histogram = (validate: NonNullable<Reducer<number>["validate"]>): Reducers => ({
    it: { ...own, spec: { name: "histogram", params: {}, inputs: [] }, validate },
  });
  const sound = histogram((state, folded) => void asked.push(state, folded));
  const row = Float32Array.from({ length: VOCABULARY }, (_, id) => id);
  const [state] = await Array.fromAsync(reduceStates(fromArray(row), sound, { columns: [1000, 2100] }));
  const bytes = saveState(state);
  loadState(bytes, sound);
  const { count, maximum, nan, posInf, element, vocabulary } = asked[1] as Loose;
  assertEquals([count, maximum, nan, posInf, element, vocabulary], [1024, 2047, 0, 0, "f32", VOCABULARY]);
  assertThrows(
    () => loadState(bytes, histogram(() => "bins is 3, wanted 2")),
    StateFormatError,
    'in reducer "it", bins is 3',
  );
  const broken = histogram(() => {
    throw new TypeError("no bins");
  });
  assertThrows(() => loadState(bytes, broken), StateFormatError, "no bins");
});

Deno.test("a part for each id: no more memory than bytes, and no more steps", async () => {
  const row = Float32Array.from({ length: 30_000 }, () => random.normal());
  const reducers = { lse: logSumExp(), top: topK(5), m: moments() };
  const [whole] = await Array.fromAsync(reduceStates(fromArray(row), reducers, { columns: [0, 1] }));
  const bytes = saveState(whole), content = contentOf(bytes);
  const halves = [0, 1].map((first) => {
    const parts = Array.from({ length: row.length / 2 }, (_, i) => {
      const from = 2 * i + first, one = row.slice(from, from + 1), none = new Float32Array();
      const atBorder = from % 1024 === 0;
      return { from, to: from + 1, head: [atBorder ? none : one], tail: [atBorder ? one : none] };
    });
    return withContent(bytes, { ...content, vocabulary: row.length, parts });
  });
  const before = Deno.memoryUsage().external;
  const states = halves.map((half) => loadState(half, reducers));
  const grown = Deno.memoryUsage().external - before;
  assert(grown < 16 * 2 ** 20, `${grown} bytes for ${halves[0].length + halves[1].length}`);
  assertSameBits(finishState(mergeStates(states), reducers), { ...reduceRow(row, reducers) });
});
