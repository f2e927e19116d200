// Saved states: what is damaged anywhere, of another version, foreign or of other parameters is refused, never read as something
// else; gaps and overlaps are refused; parts are marked; a foreign body with a sound check sum gives an error of ours.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import type { Logits, Reducers } from "../../src/core/mod.ts";
import { StateFormatError } from "../../src/core/mod.ts";
import { normalize, reduceStates, tap } from "../../src/flow/mod.ts";
import { finishState, loadState, mergeStates, type RowState, saveState } from "../../src/row/mod.ts";
import { mask, rechunk, temperature } from "../../src/operators/mod.ts";
import { label, logSumExp, moments, target, topK } from "../../src/reducers/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { Random } from "../support/random.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { bodyText, type Loose, withBody } from "../support/state_bytes.ts";

const VOCABULARY = 2600;
const DATA = Float32Array.from({ length: 2 * VOCABULARY }, (_, id) => Math.sin(id * id));
const REDUCERS = { lse: logSumExp(), top: topK(4), m: moments() };

async function statesOf(
  columns: readonly [number, number],
  reducers: Reducers = REDUCERS,
  options: Parameters<typeof reduceStates>[2] = {},
  data: Float32Array | Float64Array = DATA,
  piped: (logits: Logits) => Logits = (logits) => logits,
): Promise<RowState[]> {
  const logits = piped(fromArray(data, { vocabulary: VOCABULARY }));
  return await Array.fromAsync(reduceStates(logits, reducers, { columns, ...options }));
}

function refused(run: () => unknown, code: string, says: string): void {
  const error = assertThrows(run, StateFormatError, says);
  assertEquals(error.code, code);
  assert(error instanceof SyntaxError);
}

Deno.test("a state damaged at any byte is refused", async () => {
  const [state] = await statesOf([100, 1200]);
  const bytes = saveState(state);
  const random = new Random(21);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice();
    damaged[at] ^= 1 << random.whole(8);
    assertThrows(() => loadState(damaged, REDUCERS), StateFormatError, undefined, `byte ${at}`);
  }
});

Deno.test("a state cut short or with something after it is refused, at every length", async () => {
  const [state] = await statesOf([100, 120], { lse: logSumExp() });
  const bytes = saveState(state);
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => loadState(bytes.subarray(0, length), { lse: logSumExp() }), StateFormatError);
  }
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  refused(() => loadState(longer, { lse: logSumExp() }), "E_STATE_FORMAT", "damaged");
});

Deno.test("a state in the middle of other bytes is read from there", async () => {
  const [state] = await statesOf([0, VOCABULARY]);
  const bytes = saveState(state);
  const around = new Uint8Array(bytes.length + 11);
  around.set(bytes, 5);
  const again = loadState(around.subarray(5, 5 + bytes.length), REDUCERS);
  assertSameBits(finishState(again, REDUCERS), finishState(state, REDUCERS));
});

Deno.test("another magic and another version are told apart from damage", async () => {
  const [state] = await statesOf([0, 10]);
  const foreign = saveState(state);
  foreign.set(new TextEncoder().encode("PK\x03\x04"));
  refused(() => loadState(foreign, REDUCERS), "E_STATE_FORMAT", "not one that saveState made");
  refused(() => loadState(new Uint8Array(), REDUCERS), "E_STATE_FORMAT", "0 bytes");
  const later = saveState(state);
  later[6]++;
  refused(() => loadState(later, REDUCERS), "E_STATE_FORMAT", "has version 3, wanted 2");
});

Deno.test("a body that makes no sense is refused, with a sound check sum too", async () => {
  const [state] = await statesOf([100, 1200]);
  const bytes = saveState(state);
  const forged = (change: (body: string) => string) => withBody(bytes, change(bodyText(bytes)));
  assertEquals(saveState(loadState(forged((body) => body), REDUCERS)), bytes);
  const edit = (change: (body: Record<string, unknown>) => unknown) => (body: string) => {
    const value = JSON.parse(body);
    return JSON.stringify(change(value) ?? value);
  };
  const bodies: Readonly<Record<string, (body: string) => string>> = {
    empty: () => "",
    "no JSON": () => "{",
    null: () => "null",
    number: () => "7",
    "no fields": () => "{}",
    "another law": edit((body) => void (body.law = "tile512x8")),
    "half a row": edit((body) => void (body.row = 0.5)),
    "half a vocabulary": edit((body) => void (body.vocabulary = 2600.5)),
    "no vocabulary": edit((body) => void (body.vocabulary = 0)),
    "part past the end": edit((body: Loose) => void (body.parts[0].to = 2601)),
    "part below 0": edit((body: Loose) => void (body.parts[0].from = -1)),
    "half an id": edit((body: Loose) => void (body.parts[0].from = 100.5)),
    "part turned round": edit((body: Loose) => void (body.parts[0].to = 50)),
    "parts that touch": edit((body: Loose) => void body.parts.push({ ...body.parts[0], from: 1200, to: 1300 })),
    "no head": edit((body: Loose) => void delete body.parts[0].head),
    "too short a head": edit((body: Loose) => void (body.parts[0].head = [{ $array: "Float32Array", bytes: "" }])),
    "a head of another kind": edit((body: Loose) => void (body.parts[0].head[0].$array = "Uint8Array")),
    "a head in numbers": edit((body: Loose) => void (body.parts[0].head = [1, 2])),
    "too long a tail": edit((body: Loose) => void (body.parts[0].tail = body.parts[0].head)),
    "no operators": edit((body) => void delete body.operators),
    "no sum": edit((body: Loose) => void delete body.streams[0].sum),
    "too short a sum": edit((body: Loose) => void (body.streams[0].sum.bytes = "AAAA")),
    "no text of bytes": edit((body: Loose) => void (body.streams[0].sum.bytes = "*")),
    "bytes of half a number": edit((body: Loose) => void (body.parts[0].head[0].bytes = "AAAA")),
    "an array of no kind": edit((body: Loose) => void (body.streams[0].sum.$array = "constructor")),
    "states missing": edit((body: Loose) => void body.states.pop()),
    "a broken bigint": edit((body: Loose) => void (body.states[2].sum = { $bigint: "xyz" })),
    "a count below 0": edit((body: Loose) => void (body.streams[0].nan = -1)),
    "a count in text": edit((body: Loose) => void (body.streams[0].posInf = "1")),
    "another element": edit((body) => void (body.element = "f16")),
    "no backend": edit((body) => void delete body.backend),
  };
  for (const [name, change] of Object.entries(bodies)) {
    assertThrows(() => loadState(forged(change), REDUCERS), StateFormatError, undefined, name);
  }
  const elsewhere = forged(edit((body) => void (body.backend = "gpu")));
  assertThrows(() => loadState(elsewhere, REDUCERS), StateFormatError);
});

Deno.test("other reducers, names, orders or parameters are refused: to load, to merge, to finish", async () => {
  const [state] = await statesOf([0, 1000]);
  const bytes = saveState(state);
  const others: Reducers[] = [
    { lse: logSumExp(), top: topK(5), m: moments() },
    { lse: logSumExp(), top: topK(4, { logprob: false }), m: moments() },
    { lse: logSumExp({ pair: true }), top: topK(4), m: moments() },
    { lse: logSumExp(), top: topK(4) },
    { lse: logSumExp(), m: moments(), top: topK(4) },
    { sum: logSumExp(), top: topK(4), m: moments() },
    { lse: target([1]), top: topK(4), m: moments() },
    {},
  ];
  for (const other of others) {
    refused(() => loadState(bytes, other), "E_MERGE_MISMATCH", "wanted");
    refused(() => finishState(state, other), "E_MERGE_MISMATCH", "wanted");
    const [neighbour] = await statesOf([1000, VOCABULARY], other);
    refused(() => mergeStates([state, neighbour]), "E_MERGE_MISMATCH", "reducers");
  }
});

Deno.test("labels are parameters: states with others are refused", async () => {
  const mine = { y: label([1, 2]) }, theirs = { y: label([1, 3]) };
  const [state] = await statesOf([0, 1000], mine);
  refused(() => loadState(saveState(state), theirs), "E_MERGE_MISMATCH", "label");
});

Deno.test("other rows, vocabularies, elements and backends are refused", async () => {
  const [first, second] = await statesOf([0, 1000]);
  const [left] = await statesOf([1000, VOCABULARY]);
  refused(() => mergeStates([first, second]), "E_MERGE_MISMATCH", "row");
  refused(() => mergeStates([]), "E_MERGE_MISMATCH", "no states");
  const wide = fromArray(DATA.subarray(0, VOCABULARY + 1));
  const [other] = await Array.fromAsync(reduceStates(wide, REDUCERS, { columns: [1000, 2000] }));
  refused(() => mergeStates([first, other]), "E_MERGE_MISMATCH", "vocabulary");
  const [double] = await statesOf([1000, VOCABULARY], REDUCERS, {}, Float64Array.from(DATA));
  const [reference] = await statesOf([0, 1000], REDUCERS, { backend: "reference" });
  refused(() => mergeStates([reference, double]), "E_MERGE_MISMATCH", "element");
  for (const backend of availableBackends().slice(1)) {
    const [slow] = await statesOf([0, 1000], REDUCERS, { backend });
    refused(() => mergeStates([slow, left]), "E_MERGE_MISMATCH", "pin one");
    refused(() => mergeStates([left, loadState(saveState(slow), REDUCERS)]), "E_MERGE_MISMATCH", "backend");
  }
});

Deno.test("other operators are refused, however they came there; another source or another chunking is not", async () => {
  const part = async (logits: Logits, from: number, to: number) =>
    (await Array.fromAsync(reduceStates(logits, REDUCERS, { columns: [from, to] })))[0];
  const plain = fromArray(DATA, { vocabulary: VOCABULARY });
  const elsewhere = fromArray(DATA, { vocabulary: VOCABULARY, chunk: 7 });
  const warm = temperature(0.7), other = temperature(0.8);
  const few = mask({ allow: Array.from({ length: 200 }, (_, i) => 7 * i) });
  const left = await part(plain.pipe(warm, few), 0, 1000);
  const same = [
    elsewhere.pipe(warm, few),
    elsewhere.pipe(rechunk(100), warm).pipe(few),
    tap(elsewhere.pipe(warm, few), {}, () => {}),
  ];
  for (const logits of same) {
    const right = loadState(saveState(await part(logits, 1000, VOCABULARY)), REDUCERS);
    const [wanted] = await statesOf(
      [0, VOCABULARY],
      REDUCERS,
      {},
      DATA.subarray(0, VOCABULARY),
      (all) => all.pipe(warm, few),
    );
    assertSameBits(finishState(mergeStates([right, left]), REDUCERS), finishState(wanted, REDUCERS));
  }
  const others = [
    plain,
    plain.pipe(warm),
    plain.pipe(few, warm),
    plain.pipe(other, few),
    plain.pipe(warm, mask({ allow: Array.from({ length: 201 }, (_, i) => 7 * i) })),
    normalize(plain.pipe(warm, few)),
  ];
  for (const logits of others) {
    const right = loadState(saveState(await part(logits, 1000, VOCABULARY)), REDUCERS);
    refused(() => mergeStates([left, right]), "E_MERGE_MISMATCH", "operators");
  }
});

Deno.test("an overlap is refused when it is merged, and leaves the state as it was", async () => {
  const [left] = await statesOf([0, 1000]);
  const before = saveState(left);
  for (const columns of [[0, 1000], [999, 1001], [0, VOCABULARY], [500, 501]] as const) {
    const [other] = await statesOf(columns);
    refused(() => mergeStates([left, other]), "E_SHARD_OVERLAP", "in both");
  }
  refused(() => mergeStates([left, left]), "E_SHARD_OVERLAP", "ids 0 to 999");
  assertSameBits(saveState(left), before);
});

Deno.test("a gap is refused at the end, at the start, in the middle; a part may be asked for", async () => {
  const part = async (from: number, to: number) => (await statesOf([from, to]))[0];
  const states: [RowState, string][] = [
    [await part(0, 1000), "ids 1000 to 2599"],
    [await part(1, VOCABULARY), "ids 0 to 0"],
    [mergeStates([await part(0, 1000), await part(1001, VOCABULARY)]), "ids 1000 to 1000"],
    [mergeStates([await part(0, 1024), await part(2048, VOCABULARY)]), "ids 1024 to 2047"],
  ];
  for (const [state, says] of states) {
    refused(() => finishState(state, REDUCERS), "E_SHARD_GAP", says);
    const row = finishState(state, REDUCERS, { partial: true });
    assert(row.partial);
    assertEquals(row.count, state.count);
  }
  assert(!finishState((await statesOf([0, VOCABULARY]))[0], REDUCERS).partial);
});

Deno.test("a partial finish is the finish of those logits alone", async () => {
  const [left] = await statesOf([300, 1500]);
  const [alone] = await Array.fromAsync(reduceStates(fromArray(DATA.subarray(300, 1500)), REDUCERS));
  const part = finishState(left, REDUCERS, { partial: true }), wanted = finishState(alone, REDUCERS);
  assertEquals(part.top.map(({ id }) => id - 300), wanted.top.map(({ id }) => id));
  assert(Math.abs(part.lse - wanted.lse) < 1e-6);
  assertEquals(part.m.minimum, wanted.m.minimum);
});

Deno.test("rank: one read of a part cannot tell, one of the whole tells of the likely", async () => {
  const reducers = { y: target([1, 2], { rank: true }) };
  const [part] = await statesOf([0, 500], reducers);
  assertEquals(finishState(part, reducers, { partial: true }).y.map(({ rank }) => rank), [undefined, undefined]);
  const best = { top: topK(1) };
  const id = finishState((await statesOf([0, VOCABULARY], best))[0], best).top[0].id;
  const likely = { y: target([id], { rank: true }) };
  assertEquals(finishState((await statesOf([0, VOCABULARY], likely))[0], likely).y[0].rank, 1);
});

Deno.test("a column range out of the vocabulary is refused before any read", async () => {
  for (const columns of [[0, 2601], [-1, 5], [5, 5], [7, 3], [0.5, 2]] as const) {
    await assertRejects(() => statesOf(columns), RangeError, "columns");
  }
  await assertRejects(() => statesOf([0, 10], REDUCERS, { rows: [0, 3] }), RangeError, "rows");
});

Deno.test("a reducer's own state of any kind that states may hold comes back as it was", async () => {
  const kinds = {
    zero: -0,
    nan: NaN,
    infinite: -Infinity,
    yes: true,
    none: null,
    large: -(2n ** 90n),
    list: [1, [2, -0]],
    text: "$bigint",
    nested: { array: Float64Array.of(NaN, -0), bytes: Uint8Array.of(1, 2), words: Int32Array.of(-5) },
  };
  const reducer = {
    spec: { name: "kinds", params: {}, inputs: [] },
    init: () => structuredClone(kinds),
    step() {},
    merge() {},
    finish: (state: unknown) => state,
  };
  const [state] = await statesOf([0, VOCABULARY], { reducer });
  assertSameBits(finishState(loadState(saveState(state), { reducer }), { reducer }).reducer, kinds);
});

Deno.test("a reducer's state that cannot be saved is refused when it is saved", async () => {
  for (const held of [new Map([[1, 2]]), new Set([1]), new Date(0), () => 1, BigInt64Array.of(1n), Symbol("s")]) {
    const reducer = {
      spec: { name: "held", params: {}, inputs: [] },
      init: () => ({ held }),
      step() {},
      merge() {},
      finish: () => 0,
    };
    const [state] = await statesOf([0, VOCABULARY], { reducer });
    refused(() => saveState(state), "E_STATE_FORMAT", "Cannot save");
  }
});

Deno.test("parts in other dtypes are refused, the same logits or not", async () => {
  const words = Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080);
  const reducers = { lse: logSumExp() };
  const half =
    (await Array.fromAsync(reduceStates(fromArray(words, { dtype: "bf16" }), reducers, { columns: [0, 2] })))[0];
  const full = (await Array.fromAsync(reduceStates(fromArray([1, 2, 3, 4]), reducers, { columns: [2, 4] })))[0];
  refused(() => mergeStates([half, full]), "E_MERGE_MISMATCH", "bf16");
});
