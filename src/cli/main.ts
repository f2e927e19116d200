/**
 * The process around the command line: `deno task sluice`.
 *
 * @module
 */
import type { Logits } from "../core/mod.ts";
import { fromStdin, type FromStdinOptions } from "../sources/mod.ts";
import { UsageError } from "./_usage_error.ts";
import { run } from "./run.ts";

/** Milliseconds that work has to stop after a signal: a write into a full pipe cannot be stopped. */
const GRACE = 1000;

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

async function main(): Promise<number> {
  const abort = new AbortController();
  let stopped: number | undefined;
  for (const [name, status] of Object.entries(SIGNALS)) {
    Deno.addSignalListener(name as Deno.Signal, () => {
      if (abort.signal.aborted) Deno.exit(status);
      stopped = status;
      abort.abort();
      setTimeout(() => Deno.exit(status), GRACE);
    });
  }
  const status = await run(Deno.args, {
    output: Deno.stdout.writable,
    outputIsTerminal: Deno.stdout.isTerminal(),
    error: printError,
    errorIsTerminal: Deno.stderr.isTerminal(),
    columns: columns(),
    input,
    inputFile,
    signal: abort.signal,
  });
  return stopped ?? status;
}

async function input(options: FromStdinOptions): Promise<Logits> {
  if (Deno.stdin.isTerminal()) {
    throw new UsageError("Cannot read standard input: it is a terminal, wanted a file or a pipe");
  }
  return await fromStdin(options);
}

/** Deno tells a file by its path alone, and /dev/stdin needs every permission. Node's part is loaded where it is needed. */
async function inputFile(): Promise<{ dev: number; ino: number } | undefined> {
  const { fstatSync } = await import("node:fs");
  const info = fstatSync(0);
  return info.isFile() ? info : undefined;
}

function printError(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  } catch {
    // Nobody reads standard error: there is nowhere left to say so.
  }
}

function columns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}

if (import.meta.main) Deno.exit(await main());
