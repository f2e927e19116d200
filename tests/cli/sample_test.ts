/** Promises of `sluice sample`: its objects, its flags, the same bytes for any chunk, its refusals. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inFolder, objects, sluice } from "./_shell.ts";

const LOGITS = "examples/data/lm_logits_f32.npy";

Deno.test("sample: one object a row, the fields of the contract, the same bytes for any --chunk", async () => {
  for (
    const flags of [
      [],
      ["--preset", "llama.cpp"],
      ["--preset", "vllm", "--temperature", "0.7", "--top-p", "0.9"],
      ["--preset", "transformers", "--details"],
      ["--top-p", "0.999", "--min-p", "0.0001"],
    ]
  ) {
    const whole = await sluice(["sample", LOGITS, "--seed", "7", ...flags]);
    assertEquals([whole.status, whole.err], [0, ""]);
    const rows = objects(whole.out);
    assertEquals(rows.length, 4);
    const details = flags.includes("--details") ? ["rawLogprob", "rank", "kept", "keptMass", "entropy"] : [];
    for (const row of rows) {
      assertEquals(Object.keys(row), ["row", "id", "logprob", "reads", ...details]);
      assert(row.id >= 0 && row.id < 200019 && row.logprob <= 0);
    }
    for (const chunk of ["1000", "65536", "333333"]) {
      assertEquals((await sluice(["sample", LOGITS, "--seed", "7", ...flags, "--chunk", chunk])).out, whole.out);
    }
  }
});

Deno.test("sample: without --seed one is drawn and told, and given again it gives the same bytes", async () => {
  const flags = ["sample", LOGITS, "--temperature", "3"];
  const drawn = await sluice(flags), other = await sluice(flags);
  assertEquals([drawn.status, other.status], [0, 0]);
  const [, seed] = drawn.err.match(/^sluice: seed (\d{1,16})\n$/) ?? [];
  assert(seed !== undefined && other.err !== drawn.err && other.out !== drawn.out, drawn.err);
  const again = await sluice([...flags, "--seed", seed, "--chunk", "1000"]);
  assertEquals(again, { ...drawn, err: "" });
});

Deno.test("sample: greedy, several draws, rows, a table", async () => {
  const greedy = await sluice(["sample", LOGITS, "--seed", "1", "--temperature", "0", "--rows", "1:3"]);
  const best = objects((await sluice(["reduce", LOGITS, "--rows", "1:3"])).out).map(({ argmax }) => argmax);
  assertEquals(objects(greedy.out).map(({ id, row, logprob }) => [row, id, logprob]), [[1, best[0], 0], [
    2,
    best[1],
    0,
  ]]);
  const [three] = objects((await sluice(["sample", LOGITS, "--seed", "1", "-n", "3", "--rows", "0:1"])).out);
  assertEquals(new Set(three.draws.map(({ id }: { id: number }) => id)).size, 3);
  assertEquals(three.draws[0].id, three.id);
  const table = await sluice(["sample", LOGITS, "--seed", "1", "--format", "table", "--details"]);
  assertStringIncludes(table.out, "logprob");
  assertEquals(table.out.trimEnd().split("\n").length, 5);
});

Deno.test("sample: rows without a distribution", async () => {
  const bytes = new Uint8Array(Float32Array.of(0, NaN, -Infinity, -Infinity, 0, 50).buffer);
  const { out, status } = await sluice(["sample", "-", "--vocabulary", "2", "--dtype", "f32", "--seed", "1"], {
    input: [bytes],
  });
  assertEquals(status, 0);
  assertEquals(
    objects(out),
    [
      { row: 0, id: null, logprob: "NaN", reads: 1, why: "nan" },
      { row: 1, id: null, logprob: "NaN", reads: 1, why: "masked" },
      { row: 2, id: 1, logprob: 0, reads: 1 },
    ].map((row) => row.row === 2 ? { ...row, logprob: objects(out)[2].logprob } : row),
  );
});

Deno.test("sample: a row that its chain empties ends the work under --on-invalid throw", async () => {
  await inFolder(async (path) => {
    const file = path("chain.json");
    // With a byte order mark, as some editors write it.
    await Deno.writeTextFile(file, '\ufeff[{ "name": "mask", "allow": [] }]');
    const flags = ["sample", LOGITS, "--seed", "1", "--chain", file];
    const told = await sluice(flags);
    assertEquals([told.status, objects(told.out).map(({ why }) => why)], [0, Array(4).fill("masked")]);
    const ended = await sluice([...flags, "--on-invalid", "throw"]);
    assertEquals([ended.status, ended.out], [1, ""]);
    assertStringIncludes(ended.err, "Cannot sample row 0: the row and its chain leave no token");
  });
});

Deno.test("sample: more draws begin with the same token, and may be all there are", async () => {
  const one = objects((await sluice(["sample", LOGITS, "--seed", "3", "--min-p", "0.00001"])).out);
  const many = objects((await sluice(["sample", LOGITS, "--seed", "3", "--min-p", "0.00001", "-n", "900"])).out);
  assertEquals(many.map(({ id }) => id), one.map(({ id }) => id));
  for (const { draws } of many) assertEquals(new Set(draws.map(({ id }: { id: number }) => id)).size, draws.length);
});

Deno.test("sample: a chain from a file", async () => {
  await inFolder(async (path) => {
    const file = path("chain.json");
    const chain = [{ name: "logitBias", bias: [[5, 100]] }, { name: "keepTopK", k: 3 }];
    await Deno.writeTextFile(file, JSON.stringify(chain));
    const { out, err } = await sluice(["sample", LOGITS, "--seed", "1", "--chain", file]);
    assertEquals(err, "");
    assertEquals(objects(out).map(({ id }) => id), [5, 5, 5, 5]);
    await Deno.writeTextFile(file, '[{ "name": "keepTopK", "k": 0 }]');
    const zero = await sluice(["sample", LOGITS, "--seed", "1", "--chain", file]);
    assertEquals(zero.status, 2);
    assertStringIncludes(zero.err, "keepTopK with k = 0");
    await Deno.writeTextFile(file, "[");
    assertEquals((await sluice(["sample", LOGITS, "--seed", "1", "--chain", file])).status, 2);
    const both = await sluice(["sample", LOGITS, "--seed", "1", "--chain", file, "--top-k", "3"]);
    assertStringIncludes(both.err, "Cannot use --top-k with --chain");
  });
});

Deno.test("sample: every option of a preset that a text can give has a flag, and its alias is the same one", async () => {
  const { out: help } = await sluice(["sample", "--help"]);
  const flags = ["--repetition-penalty", "--frequency-penalty", "--presence-penalty", "--penalty-last-n", "--min-keep"];
  for (const flag of [...flags, "--top-h", "--dynatemp-range", "--mirostat", "--mirostat-tau", "--mirostat-eta"]) {
    assertStringIncludes(help, `\n  ${flag} `);
  }
  assertStringIncludes(help, "There is no history before a row of a file");
  const run = (flags: readonly string[]) =>
    sluice(["sample", LOGITS, "--seed", "1", "--rows", "0:1", "--preset", "llama.cpp", ...flags]);
  const aliases = { "repetition": "repetition-penalty", "frequency": "frequency-penalty", "window": "penalty-last-n" };
  for (const [alias, name] of Object.entries(aliases)) {
    assertStringIncludes(help.replaceAll(/\n +/g, " "), `; also --${alias} `);
    const wanted = await run([`--${name}`, "2"]);
    assertEquals([wanted.status, objects(wanted.out).length], [0, 1]);
    for (const flags of [[`--${alias}`, "2"], [`--${alias}=2`]]) assertEquals(await run(flags), wanted);
    assertStringIncludes((await run([`--${alias}`, "2", `--${name}`, "2"])).err, `Cannot use --${name} twice`);
  }
  assertEquals((await run(["--window", "-1", "--presence", "-0.5"])).status, 0);
  assertStringIncludes(
    (await run(["--window", "-2"])).err,
    "--penalty-last-n -2: wanted a whole number of at least -1",
  );
  assertStringIncludes((await run(["--mirostat", "3"])).err, "--mirostat 3: wanted 1 or 2, or 0 for none");
});

Deno.test("sample: wrong usage is refused before anything is opened", async () => {
  for (
    const [flags, message] of [
      [["--seed", "x"], "--seed x"],
      [["--seed", "9007199254740992"], "a whole number from 0 to 2^53 - 1"],
      [["--seed", "-1"], "--seed -1: wanted a whole number of at least 0"],
      [["--seed", "1", "-n", "-1"], "-n -1: wanted a whole number of at least 1"],
      [
        ["--seed", "1", "--top-n-sigma", "1"],
        "--top-n-sigma with no preset (transformers' order): wanted --preset llama.cpp",
      ],
      [["--seed", "1", "--top-p=-1"], "Cannot use --top-p -1: wanted"],
      [["--seed", "1", "--temperature=-1"], "Cannot use --temperature -1: wanted a finite number of at least 0"],
      [["--seed", "1", "-n", "0"], "Cannot use -n 0: wanted a whole number of at least 1"],
      [["--seed", "1", "--preset", "x"], "--preset x"],
      [
        ["--seed", "1", "--preset", "vllm", "--typical-p", "0.5"],
        "--typical-p with --preset vllm: wanted --preset llama.cpp",
      ],
      [["--seed", "1", "--chain", "missing.json"], "missing.json"],
    ] as const
  ) {
    const { status, err, out } = await sluice(["sample", "absent.npy", ...flags]);
    assertEquals([status, out], [2, ""], err);
    assertStringIncludes(err, message);
    assertStringIncludes(err, "see sluice sample --help");
  }
});
