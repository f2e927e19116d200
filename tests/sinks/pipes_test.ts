// Named pipes and devices as targets: rows and text go through, a .npy, whose header is written at the end, is refused at once.
import { assertEquals, assertRejects } from "@std/assert";
import { SinkError } from "@sluice/sluice/core";
import { toNdjson, toNpy, toRaw } from "@sluice/sluice/sinks";
import { fromArray } from "@sluice/sluice/sources";
import { withFolder } from "../sources/_bytes.ts";

const ignore = Deno.build.os === "windows";
const ROWS = Float32Array.of(1, 2, 3, 4);

/** What a reader of the pipe gets while something is written to it. */
async function through(pipe: string, write: () => Promise<void>): Promise<Uint8Array> {
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  const reader = new Deno.Command("cat", { args: [pipe], stdout: "piped" }).spawn();
  try {
    await write();
  } catch (error) {
    reader.kill();
    await reader.output();
    throw error;
  }
  return (await reader.output()).stdout;
}

Deno.test({ name: "a named pipe takes rows and lines", ignore }, () =>
  withFolder(async (path) => {
    const rows = await through(path("rows"), async () => {
      await fromArray(ROWS, { vocabulary: 2 }).open().pipeTo(await toRaw(path("rows")));
    });
    assertEquals(rows, new Uint8Array(ROWS.buffer));
    const lines = await through(path("lines"), async () => {
      await ReadableStream.from([{ row: 0 }]).pipeTo(await toNdjson(path("lines")));
    });
    assertEquals(new TextDecoder().decode(lines), '{"row":0}\n');
  }));

Deno.test(
  { name: "a named pipe is no place for a .npy, and gets nothing of one", ignore },
  () =>
    withFolder(async (path) => {
      const bytes = await through(path("a.npy"), async () => {
        const error = await assertRejects(() => toNpy(path("a.npy")), SinkError);
        assertEquals(
          error.message,
          `Cannot write "${path("a.npy")}": it is a pipe, wanted a file, whose header is written at the end`,
        );
      });
      assertEquals(bytes.length, 0);
    }),
);

Deno.test({ name: "a device takes rows", ignore }, async () => {
  for (const sink of [toRaw, toNpy]) await fromArray(ROWS).open().pipeTo(await sink("/dev/null"));
});
