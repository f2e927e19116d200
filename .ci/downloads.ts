/**
 * What each program brings to a machine that has Deno and nothing else: `deno task bench:downloads`, or of some programs
 * only, `deno task bench:downloads demo sluice`.
 *
 * A program that imports one npm package makes Deno install every package of its lock file, and `deno task` itself installs
 * all `imports` of `deno.json` and all of the lock file beside it. So each program has a lock file of its own, the package
 * an import map of its own, and `deno.json` neither `imports` nor a lock file. `deno task locks` writes all lock files anew.
 *
 * Each program runs with an empty cache, by its task, from a registry that counts what it hands on. What is not an archive
 * counts as gzip makes it: so it travels.
 *
 * @module
 */
import { ROOT } from "./publish_set.ts";

/** A task, and the most that it may bring. */
export interface Program {
  readonly task: string;
  /** The module that it runs, and its lock file. */
  readonly main: string;
  readonly lock: string;
  /** What makes it end soon: everything is installed before it reads them. */
  readonly args: readonly string[];
  readonly packages: number;
  readonly megabytes: number;
}

/** Programs that users run. */
export const PROGRAMS: readonly Program[] = [
  { task: "demo", main: "examples/demo.ts", lock: "examples/deno.lock", args: [], packages: 8, megabytes: 20 },
  { task: "sluice", main: "src/cli/main.ts", lock: "src/cli/deno.lock", args: ["--help"], packages: 8, megabytes: 2 },
  { task: "serve", main: "src/http/main.ts", lock: "src/http/deno.lock", args: ["--help"], packages: 16, megabytes: 5 },
];

/** Measured beside them: the tests run the real transformers.js, which brings a whole runtime. */
const TESTS = { task: "test", args: ["--no-run", "--no-check"], packages: Infinity, megabytes: Infinity };

interface Brought {
  readonly packages: number;
  readonly megabytes: number;
}

/** Runs a task with an empty cache; gives what it downloads. */
async function broughtBy({ task, args }: typeof TESTS | Program, upstream: string): Promise<Brought> {
  const cache = await Deno.makeTempDir({ prefix: "sluice-downloads-" });
  let packages = 0;
  let bytes = 0;
  const registry = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    const { pathname, search } = new URL(url);
    const answer = await fetch(upstream + pathname + search);
    const isArchive = pathname.endsWith(".tgz");
    const body = isArchive ? await answer.bytes() : await gzip(answer.body!);
    if (isArchive) packages++;
    bytes += body.length;
    return new Response(body, {
      status: answer.status,
      headers: isArchive ? {} : { "content-encoding": "gzip", "content-type": "application/json" },
    });
  });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", task, ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1", DENO_DIR: cache, NPM_CONFIG_REGISTRY: `http://127.0.0.1:${registry.addr.port}/` },
      stdout: "null",
    }).output();
    if (!success) throw new Error(`Cannot run deno task ${task}:\n${new TextDecoder().decode(stderr)}`);
  } finally {
    await registry.shutdown();
    await Deno.remove(cache, { recursive: true });
  }
  return { packages, megabytes: bytes / 1e6 };
}

function gzip(body: ReadableStream<BufferSource>): Promise<Uint8Array<ArrayBuffer>> {
  return new Response(body.pipeThrough(new CompressionStream("gzip"))).bytes();
}

/** The registry that this machine takes packages from. */
async function registryOfNpm(): Promise<string> {
  const { stdout } = await new Deno.Command("npm", { args: ["config", "get", "registry"] }).output();
  return new TextDecoder().decode(stdout).trim().replace(/\/$/, "");
}

async function main(tasks: readonly string[]): Promise<number> {
  const upstream = await registryOfNpm();
  let status = 0;
  for (const program of [...PROGRAMS, TESTS]) {
    if (tasks.length > 0 && !tasks.includes(program.task)) continue;
    const { packages, megabytes } = await broughtBy(program, upstream);
    const found = `${program.task.padEnd(6)} ${String(packages).padStart(3)} packages ${
      megabytes.toFixed(2).padStart(7)
    } MB`;
    const within = packages <= program.packages && megabytes <= program.megabytes;
    if (!within) status = 1;
    console.log(within ? found : `${found}: wanted at most ${program.packages} packages and ${program.megabytes} MB`);
  }
  return status;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
