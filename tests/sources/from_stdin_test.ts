import { assertEquals, assertStringIncludes } from "@std/assert";
import { bytesOfArray, cutAnywhere, npy, npyText, random } from "./_bytes.ts";

const SIX = Float32Array.of(1, 2, 3, 4, 5, 6);
const CHILD = new URL("./_stdin_child.ts", import.meta.url).pathname;

// deno-lint-ignore no-explicit-any
type Answer = any;

/** Feeds a process that reads its standard input; with `hold` the pipe stays open until the process ends. */
async function run(
  bytes: Uint8Array,
  options: unknown,
  range: unknown = {},
  way = "open",
  hold = false,
): Promise<Answer> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", CHILD, JSON.stringify(options), JSON.stringify(range), way],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  for (const part of cutAnywhere(bytes, random(3), 20)) await writer.write(part).catch(() => {});
  if (!hold) await writer.close().catch(() => {});
  const { stdout, stderr } = await child.output();
  if (hold) await writer.close().catch(() => {});
  assertEquals(new TextDecoder().decode(stderr), "");
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("fromStdin() recognises a .npy", async () => {
  const answer = await run(npy(npyText("<f4", [2, 3]), SIX, 2), {}, { rows: [1, 2], columns: [1, 3] });
  assertEquals(answer, {
    shape: { rows: 2, vocabulary: 3, dtype: "f32" },
    replay: "once",
    found: [5, 6],
    again: "E_SOURCE_EXHAUSTED",
  });
});

Deno.test("fromStdin() reads raw bytes of unknown length, as chunks and as bytes", async () => {
  for (const way of ["open", "read"]) {
    const { shape, found } = await run(bytesOfArray(SIX), { vocabulary: 3, chunk: 4 }, {}, way);
    assertEquals(shape, { vocabulary: 3, dtype: "f32" });
    assertEquals(found, [...SIX]);
  }
});

Deno.test("fromStdin() refuses what ends inside a row, goes on too long, is empty or does not say how long a row is", async () => {
  const short = await run(bytesOfArray(SIX).subarray(0, 22), { vocabulary: 3 });
  assertEquals(short.code, "E_SOURCE_SHORT");
  assertStringIncludes(short.message, "standard input: it ended at row 1, id 2, byte 22");
  const bytes = npy(npyText("<f4", [2, 2]), SIX);
  assertEquals((await run(bytes, {})).code, "E_SOURCE_LONG");
  assertEquals((await run(new Uint8Array(0), { vocabulary: 3 })).code, "E_EMPTY");
  assertEquals((await run(bytesOfArray(SIX), {})).code, "E_PARAM");
  assertEquals((await run(bytes, { vocabulary: 3 })).code, "E_SHAPE");
});

Deno.test("fromStdin() lets the process end after a cancel or an abort, though the pipe stays open", async () => {
  assertEquals((await run(bytesOfArray(SIX), { vocabulary: 3 }, {}, "cancel", true)).found, []);
  assertEquals((await run(bytesOfArray(SIX), { vocabulary: 3 }, {}, "abort", true)).code, "TimeoutError");
});
