// Wrong usage: status 2, one line with a code and a way to the help, and nothing is read or written.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFolder, npy, OCR, sluice } from "./_shell.ts";

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
  ["reduce", NOWHERE, "--top-k", "0"],
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

Deno.test("--help and --version everywhere, whatever else is there", async () => {
  const version = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url))).version;
  for (const command of [[], ["reduce"], ["softmax"], ["redcue"]]) {
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
    [["--temperature", "-1"], "Cannot use temperature -1"],
    [["--top-k", "-1"], "Cannot use --top-k -1"],
  ];
  for (const [flags, message] of refused) {
    const { status, err } = await sluice(["reduce", OCR, ...flags]);
    assertEquals(status, 2);
    assertStringIncludes(err, message);
  }
});
