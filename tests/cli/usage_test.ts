// Wrong usage: status 2, one line with a code and a way to the help, and nothing is read or written.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFolder, logits, npy, OCR, sluice } from "./_shell.ts";

const NOWHERE = "no/such/folder.npy";

const WRONG: readonly (readonly string[])[] = [
  [],
  ["-"],
  ["redcue", OCR],
  ["--verbose"],
  ["reduce"],
  ["reduce", NOWHERE, NOWHERE],
  ["reduce", NOWHERE, "--foo"],
  ["reduce", NOWHERE, "--foo=1"],
  ["reduce", NOWHERE, "-x"],
  ["reduce", NOWHERE, "--log"],
  ["reduce", NOWHERE, "--no-explain"],
  ["reduce", NOWHERE, "--top-k"],
  ["reduce", NOWHERE, "--top-k="],
  ["reduce", NOWHERE, "--top-k", "--rank"],
  ["reduce", NOWHERE, "--top-k", "five"],
  ["reduce", NOWHERE, "--top-k", "1.5"],
  ["reduce", NOWHERE, "--top-k", "99999999999999999999"],
  ["reduce", NOWHERE, "--top-k", "5", "--top-k", "6"],
  ["reduce", NOWHERE, "--explain", "--explain"],
  ["reduce", NOWHERE, "--vocabulary", "0x10"],
  ["reduce", NOWHERE, "--vocabulary", "0"],
  ["reduce", NOWHERE, "--chunk", "0"],
  ["reduce", NOWHERE, "--dtype", "f8"],
  ["reduce", NOWHERE, "--backend", "gpu"],
  ["reduce", NOWHERE, "--format", "csv"],
  ["reduce", NOWHERE, "--on-invalid", "ignore"],
  ["reduce", NOWHERE, "--temperature", "0"],
  ["reduce", NOWHERE, "--temperature", "hot"],
  ["reduce", NOWHERE, "--temperature", "-1"],
  ["reduce", NOWHERE, "--temperature", "Infinity"],
  ["reduce", NOWHERE, "--rows", "3"],
  ["reduce", NOWHERE, "--rows", "1:2:3"],
  ["reduce", NOWHERE, "--rows", "a:b"],
  ["reduce", NOWHERE, "--target", "1,,2"],
  ["reduce", NOWHERE, "--target", "-1"],
  ["reduce", NOWHERE, "--target", "1.5"],
  ["reduce", NOWHERE, "--shift"],
  ["reduce", NOWHERE, "--rank"],
  ["reduce", NOWHERE, "--tensor", "logits"],
  ["reduce", "-", "--tensor", "logits"],
  ["reduce", "logits.unknown"],
  ["reduce", "logits.f32"],
  ["reduce", OCR, "--rows", "160:170"],
  ["reduce", OCR, "--rows", "2:2"],
  ["reduce", OCR, "--target", "6625"],
  ["reduce", OCR, "-o", OCR],
  ["reduce", OCR, "-o", "-"],
  ["softmax"],
  ["softmax", OCR],
  ["softmax", OCR, "-o", "out.f32"],
  ["softmax", OCR, "-o", OCR],
  ["softmax", OCR, "-o", "out.npy", "--top-k", "3"],
  ["softmax", OCR, "-o", "out.npy", "--rows", "9:1"],
];

for (const args of WRONG) {
  Deno.test(`wrong usage: ${["sluice", ...args].join(" ").replace(OCR, "ocr.npy")}`, async () => {
    const { status, out, err } = await sluice(args);
    assertEquals([status, out], [2, ""]);
    assertMatch(err, /^sluice: E_\w+: [^\n]+; see sluice (reduce |softmax )?--help\n$/);
  });
}

Deno.test("the source is not written over, whatever its name", async () => {
  await inFolder(async (path) => {
    const bytes = npy(Float32Array.of(1, 2), [2]);
    await Deno.writeFile(path("a.npy"), bytes);
    await Deno.symlink(path("a.npy"), path("b.npy"));
    for (const command of ["reduce", "softmax"]) {
      assertEquals((await sluice([command, path("a.npy"), "-o", path("b.npy")])).status, 2);
    }
    assertEquals(await Deno.readFile(path("a.npy")), bytes);
  });
});

Deno.test("-h, -V and help are what --help and --version are", async () => {
  const general = await sluice(["--help"]);
  const version = await sluice(["--version"]);
  for (const args of [["-h"], ["help"], ["help", "help"], ["help", "--help"], ["help", "-h"]]) {
    assertEquals(await sluice(args), general);
  }
  assertEquals(await sluice(["-V"]), version);
  for (const command of ["reduce", "sample", "softmax"]) {
    const help = await sluice([command, "--help"]);
    assertMatch(help.out, new RegExp(`^Usage: sluice ${command} `));
    for (const args of [["help", command], [command, "-h"], [command, NOWHERE, "-h"]]) {
      assertEquals(await sluice(args), help);
    }
    assertEquals(await sluice([command, "-V"]), version);
  }
  assertEquals((await sluice(["help", "redcue"])).status, 2);
  assertStringIncludes((await sluice(["reduce", "--", "-h"])).err, 'Cannot tell how "-h" is written');
});

Deno.test("a misspelt command or flag is answered with what was meant, and nothing far away is", async () => {
  const meant: readonly (readonly [string[], string])[] = [
    [["redcue", OCR], "(did you mean reduce?)"],
    [["smaple"], "(did you mean sample?)"],
    [["soft"], "(did you mean softmax?)"],
    [["help", "sampel"], "(did you mean sample?)"],
    [["halp"], "(did you mean help?)"],
    [["reduce", OCR, "--topk", "3"], "--topk: there is no such flag (did you mean --top-k?)"],
    [["reduce", OCR, "--top_k=3"], "(did you mean --top-k?)"],
    [["reduce", OCR, "-top-k", "3"], "(did you mean --top-k?)"],
    [["reduce", OCR, "-k", "3"], "(did you mean --top-k?)"],
    [["reduce", OCR, "--Rows", "0:1"], "(did you mean --rows?)"],
    [["reduce", OCR, "--vocab", "10"], "(did you mean --vocabulary?)"],
    [["reduce", OCR, "--temprature", "1"], "(did you mean --temperature?)"],
    [["reduce", OCR, "--output", "x"], "(did you mean -o?)"],
    [["reduce", OCR, "--o", "x"], "(did you mean -o?)"],
    [["softmax", OCR, "--out=x.npy"], "(did you mean -o?)"],
    [["sample", OCR, "--sed", "1"], "(did you mean --seed?)"],
    [["reduce", OCR, "--hel"], "(did you mean --help?)"],
    [["--versoin"], "(did you mean --version?)"],
    [["-v"], "(did you mean --version?)"],
    [["sample", OCR, "--typical", "1"], "(did you mean --typical-p?)"],
  ];
  for (const [args, message] of meant) {
    const { status, err } = await sluice(args);
    assertEquals(status, 2);
    assertStringIncludes(err, `${message}; see sluice`);
  }
  for (
    const args of [["logits.npy"], ["x"], ["reduce", OCR, "--verbose"], ["reduce", OCR, "-x"], ["reduce", "--foo"]]
  ) {
    assert(!(await sluice(args)).err.includes("did you mean"), args.join(" "));
  }
});

Deno.test("each help ends in two examples, and they run", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("logits.npy"), npy(logits(12 * 50), [12, 50]));
    const raw = new Uint8Array(logits(2 * 32000).buffer);
    for (const command of [[], ["reduce"], ["sample"], ["softmax"]]) {
      const { out } = await sluice(["help", ...command]);
      const [, ...examples] = out.slice(out.indexOf("Examples:\n")).trimEnd().split("\n  sluice ");
      assertEquals(examples.length, 2);
      for (const example of examples) {
        const [line, input] = example.split(" < ");
        const args = line.split(" ").map((word) => /\.(npy|ndjson)$/.test(word) ? path(word) : word);
        const outcome = await sluice(args, input ? { input: [raw] } : {});
        assertEquals([outcome.status, outcome.err], [0, ""], example);
      }
    }
  });
});

Deno.test("the help of sample tells every stage that a chain's file may name, and what each must be given", async () => {
  const { out } = await sluice(["sample", "--help"]);
  const lines = /The stages, [^:]*:\n(.*?)\n\n/s.exec(out)![1].split("\n").filter((line) => /^ {2}\w/.test(line));
  const stages = lines.map((line) => line.trim().split(/ {2,}/)[0].split(/,? /));
  await inFolder(async (path) => {
    const errorOf = async (chain: unknown) => {
      await Deno.writeTextFile(path("chain.json"), JSON.stringify(chain));
      return (await sluice(["sample", NOWHERE, "--seed", "1", "--chain", path("chain.json")])).err;
    };
    const known = /wanted one of (.*?);/.exec(await errorOf([{ name: "none" }]))![1].split(", ");
    assertEquals(stages.map(([name]) => name).sort(), known.filter((name) => name !== "temperature"));
    for (const [name, ...needed] of stages) {
      const options: Record<string, unknown> = { name };
      for (const option of needed) {
        assertStringIncludes(await errorOf([options]), `without ${option}: wanted`);
        options[option] = null;
      }
      assert(!(await errorOf([options])).includes("without"), name);
    }
  });
});

Deno.test("--help and --version everywhere, whatever else is there", async () => {
  const version = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url))).version;
  for (const command of [[], ["reduce"], ["sample"], ["softmax"], ["redcue"]]) {
    const help = await sluice([...command, "--foo", "--help"]);
    assertEquals([help.status, help.err], [0, ""]);
    assertMatch(help.out, /^Usage: sluice /);
    assert(help.out.split("\n").every((line) => line.length <= 80), "help fits 80 columns");
    assertEquals(await sluice([...command, "--version"]), { status: 0, out: `sluice ${version}\n`, err: "" });
  }
});

Deno.test("the help of a command tells every flag of the contract", async () => {
  const { out } = await sluice(["reduce", "--help"]);
  const flags =
    "--vocabulary --dtype --tensor --rows --top-k --target --labels --shift --rank --specials --temperature " +
    "--chunk --backend --format --on-invalid --explain -o --help --version";
  for (const flag of flags.split(" ")) assertStringIncludes(out, `\n  ${flag} `);
});

Deno.test("a file whose name looks like a flag comes after --", async () => {
  const { status, err } = await sluice(["reduce", "--", "--help"]);
  assertEquals(status, 2);
  assertStringIncludes(err, 'Cannot tell how "--help" is written');
});

Deno.test("spellings that would be taken for something else are refused, and a negative number is a value", async () => {
  const refused: readonly (readonly [string[], string])[] = [
    [["--specials=yes"], "--specials takes no value"],
    [["--rank=1", "--target", "1"], "--rank takes no value"],
    [["--o", "x"], "Cannot use --o: there is no such flag"],
    [["-oFILE"], "wanted -o and its value apart"],
    [["--temperature", "-1"], "Cannot use --temperature -1"],
    [["--top-k", "-1"], "Cannot use --top-k -1"],
  ];
  for (const [flags, message] of refused) {
    const { status, err } = await sluice(["reduce", OCR, ...flags]);
    assertEquals(status, 2);
    assertStringIncludes(err, message);
  }
});
