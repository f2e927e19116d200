import { generalText, print, statusOf } from "./_run_command.ts";
import { meantFlag } from "./_flags.ts";
import { examplesText } from "./_help.ts";
import { didYouMean, meant } from "./_meant.ts";
import { UsageError } from "./_usage_error.ts";
import type { Io } from "./io.ts";
import { compare } from "./compare.ts";
import { reduce } from "./reduce.ts";
import { sample } from "./sample.ts";
import { softmax } from "./softmax.ts";

const COMMANDS: Record<string, (args: readonly string[], io: Io) => Promise<number>> = {
  reduce,
  sample,
  softmax,
  compare,
};

const HELP = `Usage: sluice COMMAND SOURCE [flags]
       sluice help [COMMAND]

Streams logits: rows of scores over a vocabulary, from a file or standard input.

  reduce     of each row the largest, log-sum-exp, entropy, likeliest tokens
  sample     a token from each row, by a chain of named stages
  softmax    the probabilities of each row, as a .npy file
  compare    two models side by side: divergences, agreement, perplexity

  --help     print this; after a command: its flags; also -h
  --version  print the version; also -V
${
  examplesText([
    "sluice reduce logits.npy --top-k 3",
    "sluice sample logits.npy --seed 1 --temperature 0.8 --top-p 0.95",
  ])
}`;

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
 * assertEquals(errors, ['sluice: E_PARAM: Cannot run "redcue": wanted reduce, sample, softmax or compare (did you mean reduce?); see sluice --help\n']);
 * ```
 *
 * @param args The arguments after the program's name.
 * @param io The streams around it.
 * @returns The exit status: 0; 1 for bad data or a failed read; 2 for wrong usage; 130 if the signal stopped it.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === "help") return await help(rest[0], io);
  const command = commandOf(name);
  if (command) return await command(rest, io);
  const text = generalText(args, () => HELP);
  if (text !== undefined) return await print(text, io);
  return await refuse(name, io);
}

/** `sluice help` and `sluice help COMMAND`. */
async function help(name: string | undefined, io: Io): Promise<number> {
  const command = commandOf(name);
  if (command) return await command(["--help"], io);
  return name === undefined || name === "help" || name.startsWith("-") ? await print(HELP, io) : await refuse(name, io);
}

function commandOf(name = ""): (typeof COMMANDS)[string] | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

async function refuse(name: string | undefined, io: Io): Promise<number> {
  const names = Object.keys(COMMANDS);
  const what = name === undefined ? "without a command" : `"${name}"`;
  const wanted = names.join(", ").replace(/, (?=[^,]*$)/, " or ");
  const hint = didYouMean(name?.startsWith("-") ? meantFlag(name) : name && meant(name, [...names, "help"]));
  return await statusOf(io, "sluice --help", () => {
    throw new UsageError(`Cannot run ${what}: wanted ${wanted}${hint}`);
  });
}
