import { explain, normalize, type NormalizeOptions } from "../flow/mod.ts";
import { logSoftmax, softmax as softmaxMap } from "../maps/mod.ts";
import { toNpy } from "../sinks/mod.ts";
import type { Command } from "./_command.ts";
import { runCommand } from "./_run_command.ts";
import type { Flags } from "./_flags.ts";
import { inputsOf } from "./_output.ts";
import { watched } from "./_progress.ts";
import { flowOptions, given, openSource, SOURCE_FLAGS, sourceSettings } from "./_source_flags.ts";
import { UsageError } from "./_usage_error.ts";
import type { Io } from "./io.ts";

const COMMAND: Command = {
  name: "softmax",
  usage: "SOURCE -o OUT.npy [flags]",
  summary: `The probabilities of each row of logits, as a .npy file of f32 (f64 for f64).
SOURCE is a file (.npy, .safetensors, or raw .f32 .f16 .bf16 .f64 with
--vocabulary), the URL of one (http or https), or - for standard input (.npy
or raw).`,
  flags: [
    {
      name: "o",
      value: "OUT.npy",
      help: "the file to write, which must be none that is read",
      elsewhere: ["out", "output"],
    },
    { name: "log", help: "log-probabilities instead" },
    ...SOURCE_FLAGS,
  ],
  notes: `OUT.npy has the axes of the source, or [rows, vocabulary] with --rows.
An invalid row is written as NaN throughout. A row of standard input that
outgrows 8 MiB waits for its second read in a temporary file.

Status: 0; 1 bad data or a failed read, rows before it are kept; 2 wrong usage.
`,
  examples: [
    "sluice softmax logits.npy -o probabilities.npy",
    "sluice softmax logits.npy -o logs.npy --log --temperature 0.7 --rows 0:10",
  ],
  prepare,
};

/**
 * The command `sluice softmax`: rows of logits to a `.npy` of probabilities.
 *
 * @example Equal logits to a file of probabilities
 * ```ts
 * import { softmax } from "@sluice/sluice/cli";
 * import { fromArray, fromFile } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * const status = await softmax(["-", "-o", path], {
 *   output: new WritableStream(),
 *   outputIsTerminal: false,
 *   error: console.error,
 *   errorIsTerminal: false,
 *   columns: 80,
 *   input: () => Promise.resolve(fromArray([1, 1, 1, 1])),
 * });
 * assertEquals(status, 0);
 * for await (const { data } of (await fromFile(path)).open()) assertEquals([...data], [0.25, 0.25, 0.25, 0.25]);
 * await Deno.remove(path);
 * ```
 *
 * @param args What follows the command's name.
 * @param io The streams around it.
 * @returns The exit status, as of `run`. Never throws: what goes wrong is a line on `io.error`.
 */
export function softmax(args: readonly string[], io: Io): Promise<number> {
  return runCommand(COMMAND, args, io);
}

async function prepare(flags: Flags, io: Io): Promise<() => Promise<void>> {
  const settings = sourceSettings(flags);
  const target = flags.text("o");
  if (target === undefined) throw new UsageError("Cannot run without -o: wanted the .npy file to write");
  if (!target.toLowerCase().endsWith(".npy")) throw new UsageError(`Cannot write "${target}": wanted a name in .npy`);
  const logits = await openSource(settings, io);
  const { rows, ...limits } = flowOptions(settings, logits);
  const log = flags.has("log");
  const options: NormalizeOptions = { ...limits, log, onInvalid: settings.throws ? "throw" : "nan" };
  const plan = explain(logits, log ? logSoftmax() : softmaxMap(), { ...limits, ...given("rows", rows) });
  const sink = await toNpy(target, {
    inputs: await inputsOf(settings.source, io),
    axes: rows === undefined ? logits.axes : undefined,
  });
  if (settings.explain) io.error(`${plan}\n`);
  const { logits: seen, progress } = watched(logits, plan, io);
  const probabilities = normalize(seen, options).open({
    ...given("rows", rows),
    ...given("signal", io.signal),
    reuse: true,
  });
  return async () => {
    try {
      await probabilities.pipeTo(sink);
    } finally {
      progress.stop();
    }
  };
}
