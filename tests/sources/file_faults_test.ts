import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { SourceError } from "@sluice/sluice/core";
import { fromFile } from "@sluice/sluice/sources";
import { bytesOfArray, drain, pieces, withFolder } from "./_bytes.ts";

const DATA = Float32Array.from({ length: 12 }, (_, i) => i);

/** What was done to files while `Deno.open` was replaced. */
interface Log {
  opened: number;
  closed: number;
  calls: number;
}

/** Runs with files whose call number `fail` fails; reads give at most 7 bytes. A call after the close is an error. */
async function withFaults(fail: number, cause: Error, run: (log: Log) => Promise<void>): Promise<void> {
  const { open } = Deno;
  const log: Log = { opened: 0, closed: 0, calls: 0 };
  function step(): void {
    assert(log.closed < log.opened, "used after its close");
    if (log.calls++ === fail) throw cause;
  }
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    log.opened++;
    return {
      seek: async (offset: number, whence: Deno.SeekMode) => {
        step();
        return await file.seek(offset, whence);
      },
      read: async (into: Uint8Array) => {
        step();
        return await file.read(into.subarray(0, 7));
      },
      close: () => {
        log.closed++;
        file.close();
      },
    } as Deno.FsFile;
  };
  try {
    await run(log);
  } finally {
    Deno.open = open;
  }
}

Deno.test("fromFile() that fails at any step fails once, with the cause, and closes the file once", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.f32"), bytesOfArray(DATA));
    const logits = await fromFile(path("a.f32"), { vocabulary: 4 });
    for (const range of [{}, { rows: [1, 3] }, { columns: [1, 3] }] as const) {
      for (const way of ["open", "read"] as const) {
        let failed = true;
        let step = 0;
        for (; failed; step++) {
          const cause = new Error(`step ${step}`);
          await withFaults(step, cause, async (log) => {
            const reading = way === "open" ? pieces(logits.open(range)) : drain(logits.source!.read!(range));
            const error = await reading.then(() => undefined, (error) => error);
            failed = error !== undefined;
            assertEquals([log.opened, log.closed], [1, 1]);
            if (!failed) return;
            assert(error instanceof SourceError);
            assertStrictEquals(error.cause, cause);
            assert(/a\.f32.*row \d, id \d, byte \d+/.test(error.message), error.message);
          });
        }
        assert(step > 3);
      }
    }
  });
});

Deno.test("fromFile() closes the file once on cancel and on abort, and opens none before there is demand", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.f32"), bytesOfArray(DATA));
    const logits = await fromFile(path("a.f32"), { vocabulary: 4, chunk: 4 });
    await withFaults(-1, new Error(), async (log) => {
      const unused = logits.open();
      await unused.cancel();
      assertEquals(log.opened, 0);
      const canceled = logits.open().getReader();
      await canceled.read();
      await canceled.cancel();
      assertEquals([log.opened, log.closed], [1, 1]);
      const controller = new AbortController();
      const aborted = logits.open({ signal: controller.signal }).getReader();
      await aborted.read();
      const pending = aborted.read();
      controller.abort(new Error("enough"));
      await assertRejects(() => pending, Error, "enough");
      await assertRejects(() => aborted.read(), Error, "enough");
      await new Promise((resolve) => setTimeout(resolve, 10));
      assertEquals([log.opened, log.closed], [2, 2]);
    });
  });
});

Deno.test("fromFile() read() after an abort or a close touches no file", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.f32"), bytesOfArray(DATA));
    const logits = await fromFile(path("a.f32"), { vocabulary: 4 });
    await withFaults(-1, new Error(), async (log) => {
      const early = logits.source!.read!({ signal: AbortSignal.abort(new Error("early")) });
      await assertRejects(() => early.read(new Uint8Array(4)), Error, "early");
      await early.close();
      const closed = logits.source!.read!();
      await closed.close();
      await closed.close();
      assertEquals(await closed.read(new Uint8Array(4)), 0);
      assertEquals(log.opened, 0);
    });
  });
});

Deno.test("fromFile() read() fills only the part it says it filled", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.f32"), bytesOfArray(DATA));
    const reader = (await fromFile(path("a.f32"), { vocabulary: 4 })).source!.read!({ rows: [0, 1] });
    const into = new Uint8Array(32).fill(7);
    assertEquals(await reader.read(into), 16);
    assert(into.subarray(16).every((byte) => byte === 7));
    assertEquals(await reader.read(into), 0);
    assertEquals(await reader.read(into), 0);
    await reader.close();
  });
});
