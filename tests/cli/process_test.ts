// The command line as a process: pipes, statuses and signals as scripts meet them, with no more permissions than its task has.
import { assertEquals, assertMatch } from "@std/assert";
import { inFolder, logits, npy, objects, OCR, sluice } from "./_shell.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const LOCK = ["--frozen", `--lock=${ROOT}src/cli/deno.lock`];
const RUN = ["run", "--no-prompt", ...LOCK, "--allow-read", "--allow-write", `${ROOT}src/cli/main.ts`];

function command(args: readonly string[]): Deno.Command {
  const env = { NO_COLOR: "1" };
  return new Deno.Command(Deno.execPath(), {
    args: [...RUN, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env,
  });
}

async function piped(
  args: readonly string[],
  input: Uint8Array,
): Promise<{ status: number; out: string; err: string }> {
  const child = command(args).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(input).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { status: code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("a .npy and raw bytes on standard input print what the file does", async () => {
  const file = await sluice(["reduce", OCR, "--rows", "3:7"]);
  const bytes = await Deno.readFile(OCR);
  assertEquals(await piped(["reduce", "-", "--rows", "3:7"], bytes), file);
  const raw = bytes.slice(bytes.length - 4 * 169 * 6625);
  assertEquals(await piped(["reduce", "-", "--rows", "3:7", "--vocabulary", "6625"], raw), file);
});

Deno.test("statuses and messages", async () => {
  const wrong = await piped(["reduce", "-", "--top-k", "1.5"], new Uint8Array());
  assertEquals([wrong.status, wrong.out], [2, ""]);
  assertMatch(wrong.err, /^sluice: E_PARAM: [^\n]+\n$/);
  const bad = await piped(["reduce", "-"], npy(logits(40), [4, 10]).slice(0, -20));
  assertEquals([bad.status, objects(bad.out).length], [1, 3]);
  assertMatch(bad.err, /^sluice: E_SOURCE_SHORT: [^\n]+\n$/);
});

Deno.test("a reader that goes away, as head does, ends it quietly", async () => {
  const shell = new Deno.Command("sh", {
    args: [
      "-c",
      `{ "$0" "$@"; echo "status $?" >&2; } | head -n 1`,
      Deno.execPath(),
      ...RUN,
      "reduce",
      OCR,
      "--top-k",
      "500",
    ],
    stdout: "piped",
    stderr: "piped",
  });
  const { stdout, stderr } = await shell.output();
  assertEquals(objects(new TextDecoder().decode(stdout)).length, 1);
  assertEquals(new TextDecoder().decode(stderr), "status 0\n");
});

Deno.test("SIGINT: what was produced is there, the status says why", async () => {
  const child = command(["reduce", "-", "--vocabulary", "10"]).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new Uint8Array(logits(15).buffer));
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  child.kill("SIGINT");
  const { code } = await child.status;
  assertEquals(objects(new TextDecoder().decode(value)).length, 1);
  assertEquals(code, 130);
  assertEquals(await new Response(child.stderr).text(), "");
  await writer.abort().catch(() => {});
  reader.releaseLock();
  await child.stdout.cancel();
});

Deno.test("softmax of standard input", async () => {
  await inFolder(async (path) => {
    const bytes = npy(Float32Array.of(1, 1, 1, 1), [2, 2]);
    assertEquals(await piped(["softmax", "-", "-o", path("p.npy")], bytes), { status: 0, out: "", err: "" });
    assertEquals(await Deno.readFile(path("p.npy")).then(({ length }) => length), 128 + 16);
  });
});
