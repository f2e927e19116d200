/** Promises of the stages' factories and of chains from JSON: whatever comes in, out comes a stage or an error that says what was wanted. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { errorCode, ParameterError, ShapeError } from "../../src/core/mod.ts";
import { chainFrom, sampleChain } from "../../src/catalogue/mod.ts";
import * as operators from "../../src/operators/mod.ts";
import * as room from "../../src/sampling/mod.ts";

const { badWords, dry, force, keepTopK, maskRows, minLength, penalties, sampler, suppress, xtc } = room;

/** Whatever JavaScript may hand over. */
const VALUES: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  1,
  0.5,
  5,
  -1,
  NaN,
  Infinity,
  2 ** 53,
  5n,
  "",
  "0.5",
  "llama.cpp",
  Symbol("x"),
  () => 5,
  {},
  { end: 5 },
  { end: [1], scope: null },
  { target: 0.5, decay: "slow" },
  { multiplier: 1, breakers: 5 },
  { temperature: "1", range: 1 },
  { probability: 1, threshold: null },
  { minKeep: "2", ties: "none" },
  Object.create(null),
  [],
  [1],
  [5.5],
  [null],
  [[1]],
  [[0, 1]],
  [[0, 1, 2]],
  ["ab"],
  [{}],
  [Uint32Array.of(1)],
  Uint32Array.of(1),
  new Map([[1, 2]]),
];

type Factory = (...values: readonly unknown[]) => unknown;

/** All that this room exports to make stages. */
const FACTORIES = Object.entries({ ...room, chainFrom, sampleChain } as unknown as Record<string, Factory>)
  .filter(([name]) => !["sampler", "openAiLogprobs"].includes(name));

function called(name: string, make: Factory, values: readonly unknown[]): void {
  try {
    for (const stage of [make(...values)].flat()) assert("spec" in (stage as room.Stage), name);
  } catch (error) {
    const { message, stack } = error as Error;
    assert(errorCode(error) && error instanceof ParameterError, `${name}(${Deno.inspect(values)}): ${stack}`);
    assert(message.includes(name === "chainFrom" ? "the chain" : name), message);
    assert(/ wanted .|the chain/.test(message) && !message.includes("[object"), message);
  }
}

for (const [name, make] of FACTORIES) {
  Deno.test(`${name}: any arguments make a stage, or an error that names it and what was wanted`, () => {
    called(name, make, []);
    for (const first of VALUES) {
      called(name, make, [first]);
      if (name !== "chainFrom") { for (const second of VALUES) called(name, make, [first, second]); }
    }
  });
}

/** The message of what is refused. */
function refusal(make: () => unknown): string {
  return assertThrows(make, ParameterError).message;
}

// deno-lint-ignore no-explicit-any
const any = (value?: unknown): any => value;

Deno.test("what is missing is named", () => {
  const bare = (make: unknown, ...values: unknown[]) => refusal(() => (make as Factory)(...values));
  assertEquals(bare(penalties), "Cannot use penalties with options = undefined: wanted an object of options");
  assertEquals(bare(minLength, 3), "Cannot use minLength with options = undefined: wanted an object with end");
  assertEquals(bare(xtc), "Cannot use xtc with options = undefined: wanted an object with probability, threshold");
  assertEquals(bare(keepTopK), "Cannot use keepTopK with k = undefined: wanted a whole number of at least 1");
  assertEquals(bare(suppress, 5), "Cannot use suppress with ids = 5: wanted a list of ids");
  assertEquals(bare(badWords, 5), "Cannot use badWords with words = 5: wanted a list of sequences of ids");
  assertEquals(bare(badWords, [5]), "Cannot use badWords with words = 5: wanted a list of ids");
  assertEquals(bare(force, [5]), "Cannot use force with tokens = 5: wanted a list of [position, id]");
  assertEquals(bare(keepTopK, "5"), 'Cannot use keepTopK with k = "5": wanted a whole number of at least 1');
  assertEquals(bare(keepTopK, 5, 3), "Cannot use keepTopK with options = 3: wanted an object of options");
});

Deno.test("an option that there is not is refused, with the list of those there are", () => {
  const wrong: Record<string, () => unknown> = {
    keepTopK: () => keepTopK(3, any({ min_keep: 2 })),
    penalties: () => penalties(any({ repeat: 2 })),
    sampler: () => sampler(any({ chian: [] })),
    dry: () => dry(any({ multiplier: 1, allowed: 2 })),
    draw: () => sampler({ chain: [keepTopK(1)] }).draw(Float32Array.of(1), any({ steps: 1 })),
  };
  assertEquals(
    refusal(wrong.keepTopK),
    "Cannot use keepTopK with min_keep = 2: wanted one of its options: ties, minKeep",
  );
  for (const make of Object.values(wrong)) assert(refusal(make).includes("wanted one of its options"));
});

Deno.test("a sampler's own arguments", () => {
  for (const value of [null, 5, "x", [], [keepTopK(1)]]) {
    assert(refusal(() => sampler(any(value))).startsWith("Cannot use sampler with options = "));
  }
  for (const part of [room.keepPLess, 5, null, "keepTopK", {}, { edit: 5 }]) {
    assert(refusal(() => sampler({ chain: [any(part)] })).includes("wanted a stage or an operator"));
  }
  const made = sampler();
  for (const row of [null, undefined, [1, 2], new Uint8Array(3), Int32Array.of(1)]) {
    assertThrows(() => made.draw(any(row)), ShapeError, "wanted a Float32Array or Float64Array");
    assertThrows(() => made.distribution(any(row)), ShapeError, "wanted a Float32Array or Float64Array");
  }
  for (const options of [null, 5, { step: -1 }, { step: "1" }]) {
    assert(refusal(() => made.draw(Float32Array.of(1), any(options))).startsWith("Cannot use draw with "));
  }
});

Deno.test("the upper bound of whole numbers is told where it is the reason", () => {
  const wanted = "wanted a whole number from 0 to 2^53 - 1";
  assertEquals(refusal(() => sampler({ seed: 2 ** 53 })), `Cannot use sampler with seed = 9007199254740992: ${wanted}`);
  assertEquals(
    refusal(() => sampler({ seed: -1 })),
    "Cannot use sampler with seed = -1: wanted a whole number of at least 0",
  );
  assertEquals(refusal(() => keepTopK(Infinity)).split(": ")[1], "wanted a whole number from 1 to 2^53 - 1");
  assertEquals(refusal(() => suppress([2 ** 60])).split(": wanted ")[1], "ids: whole numbers from 0 to 2^53 - 1");
});

Deno.test("lists are copied: what happens to them later is no matter", () => {
  const ids = [1], word = [1], end = [1], breaker = [7];
  const stages = [suppress(ids), badWords([word]), minLength(1, { end }), dry({ multiplier: 1, breakers: [breaker] })];
  const specs = JSON.stringify(stages.map(({ spec }) => spec));
  for (const list of [ids, word, end, breaker]) list[0] = 2;
  assertEquals(JSON.stringify(stages.map(({ spec }) => spec)), specs);
  function* once() {
    yield 1;
  }
  const made = sampler({ chain: [suppress(any(once()))] });
  for (let step = 0; step < 3; step++) assertEquals([...made.distribution(Float32Array.of(0, 9, 0)).ids], [0, 2]);
});

Deno.test("maskRows: what is no mask is refused, a list's at once", () => {
  assertEquals(
    refusal(() => maskRows(any([Uint32Array.of(1), 5]))),
    "Cannot use maskRows with the mask of row 1 = 5: wanted a Uint32Array or Int32Array",
  );
  refusal(() => maskRows(any(Uint32Array.of(1))));
  refusal(() => maskRows(any([, Uint32Array.of(1)])));
  const made = sampler({ chain: [maskRows(() => any([1]))] });
  assertEquals(
    refusal(() => made.draw(Float32Array.of(1, 2), { step: 3 })),
    "Cannot use maskRows with the mask of row 3 = a list: wanted a Uint32Array or Int32Array",
  );
});

Deno.test("maskRows: ids that a mask says nothing about are disallowed and counted", () => {
  const masks = [Uint32Array.of(3), new Uint32Array(0), Int32Array.of(-1, 1)];
  const listed = maskRows(masks), given = maskRows((row) => masks[row]);
  for (const stage of [listed, given]) {
    assertEquals([0, 1, 2].map((row) => stage.missing(40, row)), [8, 40, 0]);
    const { ids } = sampler({ chain: [stage] }).distribution(new Float32Array(40), { step: 0 });
    assertEquals([...ids].sort(), [0, 1]);
  }
  assertEquals(given.missing(40, 3), 0);
  assertThrows(() => listed.missing(40, 3), ShapeError, "masks for 3 rows");
});

Deno.test("a chain from JSON: what is wrong is told by its place in the list", () => {
  const refused = (stage: unknown) => {
    const start = "Cannot read stage 1 of the chain: ";
    const message = refusal(() => sampleChain({ stages: [{ name: "keepPLess" }, stage] }));
    assertEquals(message.slice(0, start.length), start);
    return message.slice(start.length);
  };
  assertEquals(refused({ name: "logitBias" }), "cannot use logitBias without bias: wanted bias");
  assertEquals(
    refused({ name: "logitBias", bias: { 1: 2 }, scale: 3 }),
    "cannot use logitBias with scale = 3: wanted one of its options: bias",
  );
  assertEquals(
    refused({ name: "mask", ids: [1] }),
    "cannot use mask with ids = a list: wanted one of its options: allow, deny, bits",
  );
  assertEquals(refused({ name: "softcap" }), "cannot use softcap without cap: wanted cap");
  assertEquals(
    refused({ name: "keepTopK", k: 0 }),
    "cannot use keepTopK with k = 0: wanted a whole number of at least 1",
  );
  assertEquals(
    refused({ name: "badWords", words: 5 }),
    "cannot use badWords with words = 5: wanted a list of sequences of ids",
  );
  assertEquals(
    refused({ name: "keepTopP", p: 0.5, q: 1 }),
    "cannot use keepTopP with q = 1: wanted one of its options: p, ties, minKeep",
  );
  const unknown = refused({ name: "top_k", k: 5 });
  assertEquals(unknown.startsWith('"top_k" is unknown, wanted one of adaptiveP, badWords, '), true);
  for (const known of ["keepTopK", "logitBias", "mask", "softcap", "temperature", "withTemperature"]) {
    assert(unknown.includes(` ${known}`), known);
  }
  for (const value of [5, null, "keepTopK", [], {}, { name: 5 }]) {
    assertEquals(refused(value), 'it has no "name", wanted { "name": ..., ... }');
  }
  for (const bias of [5, null, "x", true, [5], [[1]], [["x", 1]], { x: 1 }, { 1: "x" }, { 1: null }]) {
    assert(refused({ name: "logitBias", bias }).includes("wanted"), JSON.stringify(bias));
  }
  for (const kind of ["allow", "deny", "bits"]) {
    for (const value of [5, null, true, {}, ["x"]]) assert(refused({ name: "mask", [kind]: value }).includes("wanted"));
  }
});

Deno.test("a chain from JSON: temperature is another name for withTemperature, and operators are among the names", () => {
  const row = Float32Array.of(0, 1);
  const kept = (chain: ReturnType<typeof chainFrom>) => sampler({ chain }).distribution(row);
  for (const temperature of [0.7, 0]) {
    assertEquals(
      kept(chainFrom([{ name: "temperature", temperature }])),
      kept(chainFrom([{ name: "withTemperature", temperature }])),
    );
  }
  const stages = [{ name: "logitBias", bias: { 0: 5 } }, { name: "softcap", cap: 30 }, { name: "mask", allow: [0] }];
  assertEquals([...kept(sampleChain({ stages })).ids], [0]);
});

Deno.test("a chain from JSON knows every stage there is, and every operator that may stand in a chain", () => {
  const unknown = refusal(() => chainFrom([{ name: "?" }])).split("wanted one of ")[1].split(", ");
  const others = ["sampler", "preset", "presetsWith", "openAiLogprobs"];
  const stages = Object.keys(room).filter((name) => !others.includes(name));
  const inChains = Object.keys(operators).filter((name) => name !== "rechunk");
  assertEquals(unknown, [...stages, ...inChains].sort());
});

Deno.test("a chain from JSON: what JSON does not have is written as text", () => {
  const row = Float32Array.of(0, 1, 2, 3);
  const ids = (stage: object) => {
    const made = sampler({ chain: chainFrom([JSON.parse(JSON.stringify(stage))]) });
    return [0, 1].map((step) => [...made.distribution(row, { step }).ids].sort());
  };
  assertEquals(ids({ name: "logitBias", bias: [[3, "-Infinity"], [0, 9]] }), [[0, 1, 2], [0, 1, 2]]);
  assertEquals(ids({ name: "logitBias", bias: { 3: "-Infinity" } }), [[0, 1, 2], [0, 1, 2]]);
  const masks = [Uint8Array.of(0b0011), Uint8Array.of(0b1100, 0, 0, 0)].map((bytes) => bytes.toBase64());
  assertEquals(ids({ name: "mask", bits: masks[0] }), [[0, 1], [0, 1]]);
  assertEquals(ids({ name: "maskRows", masks }), [[0, 1], [2, 3]]);
  const refused = (masks: unknown) =>
    refusal(() => chainFrom([{ name: "maskRows", masks }])).split(": cannot use maskRows with ")[1];
  assertEquals(refused(5), "masks = 5: wanted a list of bit masks in base64");
  assertEquals(refused([masks[0], "?"]), "the mask of row 1 = ?: wanted packed bits in base64");
  assertEquals(refused([[3]]), "the mask of row 0 = a list: wanted packed bits in base64");
});
