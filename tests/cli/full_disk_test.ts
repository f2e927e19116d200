// A full disk is never a success: status 1, one line that says so, and what was written before is kept.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFile } from "../../src/sources/mod.ts";
import { canMount, FULL, hasFull, onSmallDisk } from "../sinks/_full_disk.ts";
import { inFolder, logits, npy, objects, OCR, sluice } from "./_shell.ts";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;

function full(path: string): { status: number; out: string; err: string } {
  const err = `sluice: E_SINK_WRITE: Cannot write "${path}": no space left on its device\n`;
  return { status: 1, out: "", err };
}

Deno.test({
  name: "-o to a full device fails, however little is written",
  ignore: !hasFull,
  fn: async () => {
    await inFolder(async (path) => {
      await Deno.symlink(FULL, path("full.npy"));
      for (const rows of ["0:1", "0:169"]) {
        assertEquals(await sluice(["reduce", OCR, "--rows", rows, "-o", FULL]), full(FULL));
        assertEquals(await sluice(["reduce", OCR, "--rows", rows, "-o", FULL, "--format", "table"]), full(FULL));
        assertEquals(await sluice(["sample", OCR, "--seed", "1", "--rows", rows, "-o", FULL]), full(FULL));
        const probabilities = await sluice(["softmax", OCR, "--rows", rows, "-o", path("full.npy")]);
        assertEquals(probabilities, full(path("full.npy")));
      }
    });
  },
});

Deno.test({
  name: "standard output to a full device fails, of each command and of the help",
  ignore: !hasFull,
  fn: async () => {
    for (const args of [["reduce", OCR, "--rows", "0:1"], ["sample", OCR, "--seed", "1", "--rows", "0:1"], ["-h"]]) {
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", '"$0" run --allow-read "$@" > /dev/full', Deno.execPath(), MAIN, ...args],
        env: { NO_COLOR: "1" },
      }).output();
      assertEquals(code, 1);
      assertMatch(
        new TextDecoder().decode(stderr),
        /^sluice: E_SINK_WRITE: Cannot write standard output: no space left on its device\n$/,
      );
    }
  },
});

Deno.test({
  name: `rows that fit a disk are kept when it is full${canMount ? "" : " (no disk may be mounted here)"}`,
  ignore: !canMount,
  fn: async () => {
    const whole = await sluice(["reduce", OCR]);
    const samples = await sluice(["sample", OCR, "--seed", "1"]);
    await onSmallDisk(4096, async (path) => {
      for (const [args, { out }] of [[["reduce", OCR], whole], [["sample", OCR, "--seed", "1"], samples]] as const) {
        assertEquals(await sluice([...args, "-o", path("rows")]), full(path("rows")));
        const kept = await Deno.readTextFile(path("rows"));
        assertEquals(kept, out.slice(0, 4096));
        assert(objects(kept.slice(0, kept.lastIndexOf("\n"))).length > 3);
        await Deno.remove(path("rows"));
      }
      await inFolder(async (source) => {
        await Deno.writeFile(source("a.npy"), npy(logits(5 * 300), [5, 300]));
        assertEquals(await sluice(["softmax", source("a.npy"), "-o", path("p.npy")]), full(path("p.npy")));
        assertEquals((await fromFile(path("p.npy"))).shape.rows, 3);
      });
    });
  },
});
