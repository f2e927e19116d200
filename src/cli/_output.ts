import { ioReason, SinkError } from "../core/mod.ts";
import { type SinkOptions, toText } from "../sinks/mod.ts";
import type { Flags } from "./_flags.ts";
import { UsageError } from "./_usage_error.ts";
import type { Io } from "./io.ts";

/** Where a command writes its rows. */
export type Output = WritableStreamDefaultWriter<string>;

/** The file that -o names. */
export function targetOf(flags: Flags): string | undefined {
  const path = flags.text("o");
  if (path === "-") throw new UsageError("Cannot use -o -: wanted a file; without -o rows go to standard output");
  return path;
}

/** What a command reads, as sinks take it: the source, which may be standard input or a URL, and other files. */
export async function inputsOf(
  source: string,
  io: Io,
  ...files: readonly (string | undefined)[]
): Promise<NonNullable<SinkOptions["inputs"]>> {
  const first = source === "-" ? await io.inputFile?.() : source;
  return [first, ...files].filter((input) => input !== undefined);
}

/** Opens the file, which must be none of those that are read; or standard output if no path is given. */
export async function openText(
  path: string | undefined,
  io: Io,
  inputs: NonNullable<SinkOptions["inputs"]> = [],
): Promise<Output> {
  return (await toText(path ?? standardOutput(io), { inputs })).getWriter();
}

/** Runs what writes, and ends the output: what has come by then is kept, whatever goes wrong. */
export async function writing(output: Output, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    await output.close();
  } catch (error) {
    // What it says of its own end is not why it ends.
    await output.abort(error).catch(() => {});
    throw error;
  }
}

/** Standard output as a target of its own, which can be closed without closing that. */
function standardOutput({ output }: Io): WritableStream<Uint8Array> {
  return new WritableStream({
    async write(bytes): Promise<void> {
      const writer = output.getWriter();
      try {
        await writer.write(bytes);
      } catch (cause) {
        throw new SinkError(`Cannot write standard output: ${ioReason(cause, "write")}`, { cause });
      } finally {
        writer.releaseLock();
      }
    },
  });
}
