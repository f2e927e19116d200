// What is read is never written over: a target that is one of the inputs, under whatever name, is refused and stays as it is.
import { assertEquals, assertRejects } from "@std/assert";
import { ParameterError, SinkError } from "@sluice/sluice/core";
import { toNdjson, toNpy, toRaw, toText } from "@sluice/sluice/sinks";
import { fromFile } from "@sluice/sluice/sources";
import { npy, npyText, withFolder } from "../sources/_bytes.ts";

const SINKS = { toNpy, toRaw, toNdjson, toText };
const BYTES = npy(npyText("<f4", [2, 3]), Float32Array.of(1, 2, 3, 4, 5, 6));

for (const [name, sink] of Object.entries(SINKS)) {
  Deno.test(`${name}() refuses each name of a file that is read`, () =>
    withFolder(async (path) => {
      await Deno.writeFile(path("a.npy"), BYTES);
      await Deno.link(path("a.npy"), path("hard.npy"));
      await Deno.symlink(path("a.npy"), path("soft.npy"));
      await Deno.mkdir(path("folder"));
      const { dev, ino } = await Deno.stat(path("a.npy"));
      const names = [
        path("a.npy"),
        path("folder/../a.npy"),
        path("hard.npy"),
        path("soft.npy"),
        new URL(`file://${path("hard.npy")}`),
      ];
      for (const target of names) {
        for (const input of [path("a.npy"), path("hard.npy"), new URL(`file://${path("a.npy")}`), { dev, ino }]) {
          const inputs = [path("not there"), input];
          await assertRejects(() => sink(target, { inputs }), ParameterError, "is being read; wanted another file");
        }
      }
      assertEquals(await Deno.readFile(path("a.npy")), BYTES);
    }));

  Deno.test(`${name}() replaces what is not read, and makes what is not there`, () =>
    withFolder(async (path) => {
      await Deno.writeFile(path("a.npy"), BYTES);
      await Deno.writeFile(path("old"), BYTES);
      await (await sink(path("old"), { inputs: [path("a.npy")] })).abort();
      assertEquals((await Deno.stat(path("old"))).size, 0);
      await Deno.remove(path("a.npy"));
      // An inode that is given anew is no input that has gone.
      await (await sink(path("new"), { inputs: [path("a.npy")] })).abort();
    }));
}

Deno.test("where the system gives no inode, paths without their links are compared", () =>
  withFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), BYTES);
    await Deno.writeFile(path("b.npy"), BYTES);
    await Deno.symlink(path("a.npy"), path("soft.npy"));
    const { stat } = Deno;
    Deno.stat = async (path) => ({ ...await stat(path), ino: null });
    try {
      const inputs = [path("a.npy"), { dev: 1, ino: null }];
      await assertRejects(() => toNpy(path("soft.npy"), { inputs }), ParameterError, `it is "${path("a.npy")}", which`);
      await (await toText(path("b.npy"), { inputs })).abort();
    } finally {
      Deno.stat = stat;
    }
    assertEquals(await Deno.readFile(path("a.npy")), BYTES);
  }));

Deno.test("a file that is read can be named beside the sink that it flows into", () =>
  withFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), BYTES);
    const logits = await fromFile(path("a.npy"));
    await logits.open().pipeTo(await toNpy(path("b.npy"), { inputs: [path("a.npy")] }));
    assertEquals((await fromFile(path("b.npy"))).shape, logits.shape);
  }));

Deno.test("devices are not compared, and folders are told", () =>
  withFolder(async (path) => {
    await (await toText("/dev/null", { inputs: ["/dev/null"] })).close();
    await Deno.writeFile(path("file"), BYTES);
    await assertRejects(() => toText(path(""), { inputs: [path("file")] }), SinkError, "it is a directory");
    await assertRejects(() => toText(path("file/a")), SinkError, "a part of its path is a file, not a folder");
  }));
