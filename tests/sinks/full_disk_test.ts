// A full disk is an error of every sink, also where the output fits one write; what was written before is kept.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { SinkError } from "@sluice/sluice/core";
import { toNdjson, toNpy, toRaw, toText } from "@sluice/sluice/sinks";
import { fromArray, fromFile } from "@sluice/sluice/sources";
import { withFolder } from "../sources/_bytes.ts";
import { canMount, FULL, hasFull, onSmallDisk } from "./_full_disk.ts";

const DISK = 4 * 4096;
const VOCABULARY = 1000;
const VALUES = Float32Array.from({ length: 10 * VOCABULARY }, (_, i) => i);
const LINES = Array.from({ length: 3000 }, (_, row) => ({ row }));

/** Rows of 4,000 bytes. */
function rows(count: number): ReadableStream {
  return fromArray(VALUES.subarray(0, count * VOCABULARY), { vocabulary: VOCABULARY, chunk: 700 }).open();
}

/** Each sink with little and with much to write. */
const SINKS: Readonly<Record<string, (path: string, much: boolean) => Promise<void>>> = {
  toNpy: async (path, much) => await rows(much ? 10 : 1).pipeTo(await toNpy(path)),
  toRaw: async (path, much) => await rows(much ? 10 : 1).pipeTo(await toRaw(path)),
  toNdjson: async (path, much) =>
    await ReadableStream.from(LINES.slice(0, much ? 3000 : 1)).pipeTo(await toNdjson(path)),
  toText: async (path, much) => {
    const lines = LINES.slice(0, much ? 3000 : 1).map((line) => JSON.stringify(line) + "\n");
    await ReadableStream.from(lines).pipeTo(await toText(path));
  },
};

for (const [name, write] of Object.entries(SINKS)) {
  Deno.test({
    name: `${name}() to a full device fails, however little it is`,
    ignore: !hasFull,
    fn: async () => {
      for (const much of [false, true]) {
        const error = await assertRejects(() => write(FULL, much), SinkError, "no space left on its device");
        assertEquals(error.message, `Cannot write "${FULL}": no space left on its device`);
      }
    },
  });

  Deno.test({
    name: `${name}() to a full disk fails${canMount ? "" : " (no disk may be mounted here)"}`,
    ignore: !canMount,
    fn: async () => {
      await withFolder(async (whole) => {
        await write(whole("a.npy"), true);
        const wanted = await Deno.readFile(whole("a.npy"));
        await onSmallDisk(DISK, async (path) => {
          await assertRejects(() => write(path("a.npy"), true), SinkError, "no space left on its device");
          const kept = await Deno.readFile(path("a.npy"));
          if (name === "toNpy") {
            assertEquals((await fromFile(path("a.npy"))).shape.rows, 4);
            assertEquals(kept.subarray(128), wanted.subarray(128, 128 + 4 * 4000));
          } else {
            assertEquals(kept.length, name === "toRaw" ? 4 * 4000 : DISK);
            assertEquals(kept, wanted.subarray(0, kept.length));
          }
        });
      });
    },
  });
}

Deno.test("a file that was not there and got nothing is taken away; one that was there stays", {
  ignore: !canMount,
}, async () => {
  await onSmallDisk(4096, async (path) => {
    await Deno.writeFile(path("all"), new Uint8Array(4096));
    await assertRejects(() => SINKS.toText(path("new"), false), SinkError);
    assertEquals((await Array.fromAsync(Deno.readDir(path("")))).map(({ name }) => name), ["all"]);
    await Deno.writeFile(path("old"), new Uint8Array(0));
    await assertRejects(() => SINKS.toText(path("old"), false), SinkError);
    assertEquals((await Deno.stat(path("old"))).size, 0);
  });
});

Deno.test("an error before the first byte leaves no empty file behind, and a link that led nowhere in place", async () => {
  await withFolder(async (path) => {
    for (const sink of [toNdjson, toText, toRaw, toNpy]) {
      const failed = new ReadableStream({ start: (controller) => controller.error(new Error("no rows")) });
      await assertRejects(async () => failed.pipeTo(await sink(path("new"))), Error, "no rows");
    }
    await assertRejects(() => Deno.stat(path("new")), Deno.errors.NotFound);
    await Deno.symlink(path("far"), path("link"));
    const failed = new ReadableStream({ start: (controller) => controller.error(new Error("no rows")) });
    await assertRejects(async () => failed.pipeTo(await toText(path("link"))), Error, "no rows");
    assert((await Deno.lstat(path("link"))).isSymlink);
  });
});

Deno.test("what a disk says only when it is waited for is told at the close", async () => {
  await withFolder(async (path) => {
    for (const write of Object.values(SINKS)) {
      const cause = Object.assign(new Error("Disk quota exceeded (os error 122)"), { code: "EDQUOT" });
      const { syncData } = Deno.FsFile.prototype;
      Deno.FsFile.prototype.syncData = () => Promise.reject(cause);
      try {
        const error = await assertRejects(() => write(path("a"), false), SinkError, "quota");
        assertEquals(error.cause, cause);
      } finally {
        Deno.FsFile.prototype.syncData = syncData;
      }
      assert((await Deno.stat(path("a"))).size > 0);
    }
  });
});

Deno.test("a device that cannot be waited for is no error", { ignore: !hasFull }, async () => {
  await ReadableStream.from([1, 2]).pipeTo(await toNdjson("/dev/null"));
});
