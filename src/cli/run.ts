import { generalText, print, statusOf } from "./_command.ts";
import { UsageError } from "./_usage_error.ts";
import type { Io } from "./io.ts";
import { reduce } from "./reduce.ts";
import { sample } from "./sample.ts";
import { softmax } from "./softmax.ts";

const COMMANDS: Record<string, (args: readonly string[], io: Io) => Promise<number>> = { reduce, sample, softmax };

const HELP = `Usage: sluice COMMAND SOURCE [flags]

Streams logits: rows of scores over a vocabulary, from a file or standard input.

  reduce     of each row the largest, log-sum-exp, entropy, likeliest tokens
  sample     a token from each row, by a chain of named stages
  softmax    the probabilities of each row, as a .npy file

  --help     print this; after a command: its flags
  --version  print the version
`;

/**
 * The command line: what `deno task sluice` runs, without a process around it. Never throws.
 *
 * @example A misspelt command
 * ```ts
 * import { run } from "@sluice/sluice/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const errors: string[] = [];
 * const status = await run(["redcue", "logits.npy"], {
 *   output: new WritableStream(),
 *   outputIsTerminal: false,
 *   error: (line) => errors.push(line),
 *   errorIsTerminal: false,
 *   columns: 80,
 *   input: () => Promise.reject(new Error("nothing there")),
 * });
 * assertEquals(status, 2);
 * assertEquals(errors, ['sluice: E_PARAM: Cannot run "redcue": wanted reduce, sample or softmax; see sluice --help\n']);
 * ```
 *
 * @param args The arguments after the program's name.
 * @param io The streams around it.
 * @returns The exit status: 0; 1 for bad data or a failed read; 2 for wrong usage; 130 if the signal stopped it.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name !== undefined && Object.hasOwn(COMMANDS, name)) return await COMMANDS[name](rest, io);
  const text = generalText(args, () => HELP);
  if (text !== undefined) return await print(text, io);
  return await statusOf(io, "sluice --help", () => Promise.reject(unknown(name)));
}

function unknown(name: string | undefined): UsageError {
  const what = name === undefined ? "without a command" : `"${name}"`;
  return new UsageError(
    `Cannot run ${what}: wanted ${Object.keys(COMMANDS).join(", ").replace(/, (?=[^,]*$)/, " or ")}`,
  );
}
