// No command destroys what it reads, under whatever name -o calls it: status 2, and nothing is changed. What is refused makes no file.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { inFolder, logits, npy, type Outcome, sluice } from "./_shell.ts";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;
const CHAIN = '[{ "name": "keepTopK", "k": 3 }]';

function assertRefused({ status, out, err }: Outcome): void {
  assertEquals([status, out], [2, ""]);
  assertMatch(
    err,
    /^sluice: E_PARAM: Cannot write "[^\n]+ is being read; wanted another file; see sluice \w+ --help\n$/,
  );
}

/** A source, its labels and a chain, and the text of each under a name of its own, as a hard link and as a symbolic one. */
async function files(path: (name: string) => string): Promise<{ read(): Promise<Uint8Array[]> }> {
  await Deno.writeFile(path("a.npy"), npy(logits(2 * 6), [2, 6]));
  await Deno.writeFile(path("ids.npy"), npy(Int32Array.of(1, 2), [2], "<i4"));
  await Deno.writeTextFile(path("chain.json"), CHAIN);
  const names = ["a.npy", "ids.npy", "chain.json"];
  for (const name of names) {
    await Deno.link(path(name), path(`hard-${name}`));
    await Deno.symlink(path(name), path(`soft-${name}`));
  }
  return { read: () => Promise.all(names.map((name) => Deno.readFile(path(name)))) };
}

Deno.test("the source, the labels and the chain are not written over, by any of their names", () =>
  inFolder(async (path) => {
    const { read } = await files(path);
    const before = await read();
    const sample = ["sample", path("a.npy"), "--seed", "1", "--chain", path("chain.json")];
    const reduce = ["reduce", path("a.npy"), "--labels", path("ids.npy")];
    for (const kind of ["", "hard-", "soft-"]) {
      for (const args of [reduce, sample, ["softmax", path("a.npy")]]) {
        assertRefused(await sluice([...args, "-o", path(`${kind}a.npy`)]));
      }
      assertRefused(await sluice([...reduce, "-o", path(`${kind}ids.npy`)]));
      assertRefused(await sluice([...sample, "-o", path(`${kind}chain.json`)]));
    }
    assertEquals(await read(), before);
  }));

Deno.test("nor is the file that standard input is", () =>
  inFolder(async (path) => {
    const { read } = await files(path);
    const before = await read();
    const around = () => ({ input: [before[0]], inputFile: path("a.npy") });
    for (const kind of ["", "hard-", "soft-"]) {
      for (const args of [["reduce"], ["sample", "--seed", "1"], ["softmax"]]) {
        assertRefused(await sluice([...args, "-", "-o", path(`${kind}a.npy`)], around()));
      }
    }
    assertEquals((await sluice(["reduce", "-", "-o", path("rows")], around())).status, 0);
    assertEquals(await read(), before);
  }));

Deno.test("sluice reduce - -o F < F, as a process with the permissions of its task", () =>
  inFolder(async (path) => {
    const { read } = await files(path);
    const before = await read();
    const shell = async (target: string): Promise<Outcome> => {
      const command = '"$0" run --no-prompt --allow-read --allow-write "$1" reduce - -o "$2" < "$3"';
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", command, Deno.execPath(), MAIN, path(target), path("a.npy")],
        env: { NO_COLOR: "1" },
      }).output();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      return { status: code, out, err };
    };
    assertRefused(await shell("hard-a.npy"));
    assertEquals(await shell("rows"), { status: 0, out: "", err: "" });
    assertEquals(await read(), before);
  }));

Deno.test("what is refused makes no file, and leaves the one that was there", () =>
  inFolder(async (path) => {
    await files(path);
    await Deno.writeFile(path("floats.npy"), npy(logits(2), [2]));
    const wrong = [
      ["reduce", path("a.npy"), "--labels", path("floats.npy")],
      ["reduce", path("a.npy"), "--labels", path("none.npy")],
      ["reduce", path("a.npy"), "--target", "6"],
      ["reduce", path("a.npy"), "--rows", "1:3"],
      ["reduce", path("none.npy")],
      ["reduce", "-"],
      ["sample", path("a.npy"), "--seed", "1", "--chain", path("none.json")],
      ["sample", path("a.npy"), "--seed", "1", "--rows", "1:3"],
      ["softmax", path("a.npy"), "--rows", "1:3"],
      ["softmax", path("none.npy")],
    ];
    await Deno.writeTextFile(path("old.npy"), "old");
    for (const args of wrong) {
      assertEquals((await sluice([...args, "-o", path("new.npy")])).out, "");
      await assertRejects(() => Deno.stat(path("new.npy")), Deno.errors.NotFound);
      assertEquals((await sluice([...args, "-o", path("old.npy")])).out, "");
      assertEquals(await Deno.readTextFile(path("old.npy")), "old");
    }
  }));

Deno.test("an error before the first row leaves no empty file behind", () =>
  inFolder(async (path) => {
    const input = () => [npy(Float32Array.of(NaN, 1), [1, 2])];
    for (const args of [["reduce"], ["sample", "--seed", "1"], ["softmax"]]) {
      const flags = ["-", "--on-invalid", "throw", "-o", path("new.npy")];
      assertEquals((await sluice([...args, ...flags], { input: input() })).status, 1);
      await assertRejects(() => Deno.stat(path("new.npy")), Deno.errors.NotFound);
    }
  }));
