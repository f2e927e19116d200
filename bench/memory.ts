/**
 * How much memory does a flow of any length take?
 *
 * `deno task bench:memory [GiB]`: feeds `sluice reduce -` 4 GiB of logits on standard input, once as one row of 2^30, once as
 * 16,384 rows of 65,536, and compares its peak resident memory with that of an idle Deno in the same run. Promised: at most
 * 32 MiB above it. Linux only: the peak is read from `/proc`, which
 * Deno allows only with all permissions.
 *
 * @module
 */
import { TextLineStream } from "../src/http/body/_streams.ts";
import { normalLogits } from "./_normal_logits.ts";

const MIB = 2 ** 20, GIB = 2 ** 30;
const LIMIT = 32 * MIB;
const CLI = new URL("../src/cli/", import.meta.url).pathname;
const LOCK = ["--frozen", `--lock=${CLI}deno.lock`];

/** The bytes that are written again and again: more than any cache holds, and no multiple of a page. */
function pattern(): Uint8Array {
  const logits = normalLogits(16 * MIB + 4096 - 16);
  return new Uint8Array(logits.buffer);
}

/** A process's peak resident memory so far; 0 once it is gone. */
async function peakOf(pid: number): Promise<number> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** The peak of a Deno that does nothing. */
async function idlePeak(): Promise<number> {
  const idle = new Deno.Command(Deno.execPath(), { args: ["eval", "setTimeout(() => {}, 60_000)"] }).spawn();
  try {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return await peakOf(idle.pid);
  } finally {
    idle.kill();
    await idle.status;
  }
}

interface Flow {
  readonly peak: number;
  readonly seconds: number;
  readonly rows: number;
}

/** Writes `bytes` to a `sluice reduce -`, which is watched until it ends. */
async function flow(vocabulary: number, bytes: number, data: Uint8Array): Promise<Flow> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      ...LOCK,
      "--allow-read",
      `${CLI}main.ts`,
      "reduce",
      "-",
      "--vocabulary",
      `${vocabulary}`,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let peak = 0;
  const watch = setInterval(async () => peak = Math.max(peak, await peakOf(child.pid)), 20);
  const rows = countLines(child.stdout);
  const start = performance.now();
  await write(child.stdin, bytes, data);
  peak = Math.max(peak, await peakOf(child.pid));
  await child.stdin.close();
  const { success } = await child.status;
  const seconds = (performance.now() - start) / 1e3;
  clearInterval(watch);
  if (!success) throw new Error("The reader failed");
  return { peak, seconds, rows: await rows };
}

async function write(stdin: WritableStream<Uint8Array>, bytes: number, data: Uint8Array): Promise<void> {
  const writer = stdin.getWriter();
  for (let done = 0, at = 0; done < bytes;) {
    const part = data.subarray(at, at + Math.min(MIB, bytes - done));
    await writer.write(part);
    done += part.length;
    at = at + part.length === data.length ? 0 : at + part.length;
  }
  writer.releaseLock();
}

async function countLines(stream: ReadableStream<Uint8Array>): Promise<number> {
  let lines = 0;
  for await (const _ of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) lines++;
  return lines;
}

function inMiB(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

if (import.meta.main) {
  if (Deno.build.os !== "linux") {
    console.info("The peak of a process is read from /proc: Linux only.");
    Deno.exit(0);
  }
  const bytes = Number(Deno.args[0] ?? 4) * GIB;
  const data = pattern();
  const idle = await idlePeak();
  console.info(`an idle Deno: ${inMiB(idle)}`);
  for (const vocabulary of [bytes / 4, 65_536]) {
    const { peak, seconds, rows } = await flow(vocabulary, bytes, data);
    const above = peak - idle;
    console.info(
      `${above <= LIMIT ? "PASS" : "MISS"}  ${rows} rows of ${vocabulary}: ${inMiB(peak)}, ${
        inMiB(above)
      } above idle ` +
        `(at most ${inMiB(LIMIT)}), ${(bytes / seconds / 1e9).toFixed(2)} GB/s`,
    );
  }
}
