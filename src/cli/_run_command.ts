import { errorCode, ParameterError } from "../core/mod.ts";
import type { Command } from "./_command.ts";
import { Flags } from "./_flags.ts";
import { helpOf } from "./_help.ts";
import { inFlags } from "./_in_flags.ts";
import { openText, writing } from "./_output.ts";
import { UsageError } from "./_usage_error.ts";
import { VERSION } from "./_version.ts";
import type { Io } from "./io.ts";

/** The status of a process that a signal stopped. */
const INTERRUPTED = 130;

/** Runs a command; gives its exit status. Never throws. */
export async function runCommand(command: Command, args: readonly string[], io: Io): Promise<number> {
  const general = generalText(args, () => helpOf(command));
  if (general !== undefined) return await print(general, io);
  return await statusOf(io, `sluice ${command.name} --help`, async () => {
    const work = await usage(async () => await command.prepare(new Flags(args, command.flags), io));
    await work();
  });
}

/** What `--help` or `--version`, or their letters, print, if one of them is there. */
export function generalText(args: readonly string[], help: () => string): string | undefined {
  const end = args.indexOf("--");
  const flags = end < 0 ? args : args.slice(0, end);
  if (flags.includes("--help") || flags.includes("-h")) return help();
  return flags.includes("--version") || flags.includes("-V") ? `sluice ${VERSION}\n` : undefined;
}

/** Writes text that is not a result. */
export async function print(text: string, io: Io): Promise<number> {
  return await statusOf(io, "sluice --help", async () => {
    const output = await openText(undefined, io);
    await writing(output, () => output.write(text));
  });
}

/** Turns what goes wrong into a line and a status. */
export async function statusOf(io: Io, help: string, run: () => Promise<void>): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    if (isBrokenPipe(error)) return 0;
    if (io.signal?.aborted) return INTERRUPTED;
    const wrongUsage = error instanceof UsageError;
    const hint = wrongUsage ? `; see ${help}` : "";
    io.error(`sluice: ${errorCode(error) ?? "E_SOURCE_READ"}: ${oneLine(error)}${hint}\n`);
    return wrongUsage ? 2 : 1;
  }
}

/** An option out of its range is wrong usage as long as nothing has been read. */
async function usage<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof ParameterError ? new UsageError(error.message, error.code) : error;
  }
}

/** A message quotes what files hold: nothing in it may steer the terminal. */
// deno-lint-ignore no-control-regex
const UNPRINTED = /[\u0000-\u001f\u007f-\u009f]/g;

function oneLine(error: unknown): string {
  const message = inFlags(error instanceof Error ? error.message : String(error));
  return message.replaceAll(/\s*\n\s*/g, " ").replace(UNPRINTED, "?");
}

/** Whether the reader of the output went away, as `head` does. */
function isBrokenPipe(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "BrokenPipe") return true;
  }
  return false;
}
