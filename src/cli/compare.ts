import type { Reducers, Row } from "../core/mod.ts";
import { explain, reduce as reduceRows, type ReduceOptions, zip } from "../flow/mod.ts";
import { Comparison } from "../records/mod.ts";
import { ndjsonLine } from "../sinks/mod.ts";
import type { Command } from "./_command.ts";
import { ComparisonTable } from "./_comparison_table.ts";
import type { Flags } from "./_flags.ts";
import { readLabels } from "./_labels.ts";
import { inputsOf, openText, type Output, targetOf, writing } from "./_output.ts";
import { type Progress, watchedAll } from "./_progress.ts";
import { runCommand } from "./_run_command.ts";
import { flowOptions, given, openSource, SOURCE_FLAGS, type SourceSettings, sourceSettings } from "./_source_flags.ts";
import { UsageError } from "./_usage_error.ts";
import type { Io } from "./io.ts";

const COMMAND: Command = {
  name: "compare",
  usage: "A B [flags]",
  summary: `Two models' logits side by side, row by row: divergences, the same best token,
and the change of perplexity where labels are given.
A and B are files (.npy, .safetensors, or raw .f32 .f16 .bf16 .f64 with
--vocabulary), URLs (http or https), or one of them - for standard input.
What the flags say of a source is said of both.`,
  flags: [
    ...SOURCE_FLAGS,
    { name: "labels", value: "IDS.npy", help: "one id a row of the sources: the text's tokens; -100 is left out" },
    { name: "shift", help: "row i is scored against label i + 1; the last has none" },
    {
      name: "top-k",
      value: "K",
      help: "count common ids among the K likeliest tokens of each; 10 if absent",
      least: 1,
      elsewhere: ["k"],
    },
    {
      name: "format",
      value: "table|ndjson",
      help: "a summary and the ten rows farthest apart on a terminal, else NDJSON, if absent",
    },
    { name: "o", value: "FILE", help: "write to FILE, which must be none that is read", elsewhere: ["out", "output"] },
  ],
  notes: `NDJSON is one object a row:
  {"row","count","kl","klReverse","js","tv","agree","argmax":[a,b],"overlap"}
"kl" is KL(A || B) in nats, "overlap" the share of common ids among the K
likeliest. With --labels "label":{"id","logprob":[a,b]} (null without a label).
A row of which one has NaN, +Infinity or no allowed token says so in "streams".
The last line is
  {"summary":{"rows","kl":{"mean","median","p99","max"},"js":{..},"tv":{..},
   "agreement"}}
with --labels also "perplexity":[a,b], "meanLogRatio", which is ln(B / A) of
the perplexities, and its "standardError". Rows without a distribution are left
out ("invalid" tells how many). Of more than 2^20 rows median and "p99" come
from a histogram, within 0.4 %: "approximate":true.
An id that A allows and B masks (-Infinity) makes "kl" "Infinity".

Status: 0; 1 bad data or a failed read, rows before it are kept; 2 wrong usage.
`,
  examples: [
    "sluice compare f32.npy q8.npy",
    "sluice compare f32.npy q8.npy --labels ids.npy --shift --format ndjson -o rows.ndjson",
  ],
  prepare,
};

/**
 * The command `sluice compare`: two models' logits to a summary or NDJSON.
 *
 * @example A file and what comes through a pipe
 * ```ts
 * import { compare } from "@sluice/sluice/cli";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".f32" });
 * await Deno.writeFile(path, new Uint8Array(Float32Array.of(1, 3).buffer));
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * const status = await compare([path, "-", "--vocabulary", "2"], {
 *   output: writable,
 *   outputIsTerminal: false,
 *   error: console.error,
 *   errorIsTerminal: false,
 *   columns: 80,
 *   input: () => Promise.resolve(fromArray([3, 1])),
 * });
 * await writable.close();
 * await Deno.remove(path);
 * assertEquals(status, 0);
 * assertStringIncludes(await text, '"agree":false,"argmax":[1,0]');
 * ```
 *
 * @param args What follows the command's name.
 * @param io The streams around it.
 * @returns The exit status, as of `run`. Never throws: what goes wrong is a line on `io.error`.
 */
export function compare(args: readonly string[], io: Io): Promise<number> {
  return runCommand(COMMAND, args, io);
}

/** What the flags say, understood before anything is opened. */
interface Settings {
  readonly a: SourceSettings;
  readonly b: SourceSettings;
  readonly topK: number | undefined;
  readonly labels: string | undefined;
  readonly shift: boolean;
  readonly isTable: boolean;
  readonly target: string | undefined;
}

async function prepare(flags: Flags, io: Io): Promise<() => Promise<void>> {
  const settings = settingsOf(flags, io);
  const { a, b, topK, shift, target } = settings;
  const streams = { A: await openSource(a, io), B: await openSource(b, io) };
  const both = zip(streams);
  const labels = settings.labels === undefined ? undefined : await readLabels(settings.labels, streams.A);
  const comparison = new Comparison({ topK, labels, shift });
  const options: ReduceOptions = {
    ...flowOptions(a, both),
    ...(a.throws ? { onInvalid: "throw" } : {}),
    ...given("signal", io.signal),
  };
  const plan = explain(both, comparison.reducers, options);
  // Last, so that what is refused before leaves no file behind.
  const inputs = [...await inputsOf(a.source, io), ...await inputsOf(b.source, io, settings.labels)];
  const output = await openText(target, io, inputs);
  if (a.explain) io.error(`${plan}\n`);
  const { logits, progress } = watchedAll(streams, plan, io);
  const rows = reduceRows(zip(logits), comparison.reducers, options);
  const shared = io.outputIsTerminal && target === undefined;
  return () => write({ rows, comparison, isTable: settings.isTable, progress, output, shared });
}

function settingsOf(flags: Flags, io: Io): Settings {
  const [first, second] = flags.pair;
  if (first === "-" && second === "-") {
    throw new UsageError("Cannot compare standard input with itself: wanted one file");
  }
  const settings = sourceSettings(flags, true, first);
  const labels = flags.text("labels"), shift = flags.has("shift");
  if (shift && labels === undefined) throw new UsageError("Cannot use --shift without --labels");
  const person = io.outputIsTerminal && !flags.has("o");
  return {
    a: settings,
    b: { ...settings, source: second },
    topK: flags.whole("top-k"),
    labels,
    shift,
    isTable: (flags.choice("format", ["table", "ndjson"]) ?? (person ? "table" : "ndjson")) === "table",
    target: targetOf(flags),
  };
}

interface Job {
  readonly rows: ReadableStream<Row<Reducers>>;
  readonly comparison: Comparison;
  readonly isTable: boolean;
  readonly progress: Progress;
  readonly output: Output;
  /** Whether rows and the progress have one terminal. */
  readonly shared: boolean;
}

async function write({ rows, comparison, isTable, progress, output, shared }: Job): Promise<void> {
  const table = new ComparisonTable();
  try {
    await writing(output, async () => {
      for await (const row of rows) {
        const record = comparison.add(row);
        if (isTable) {
          table.add(record);
          continue;
        }
        if (shared) progress.pause();
        await output.write(ndjsonLine(record));
      }
      if (shared) progress.pause();
      const { summary } = comparison;
      await output.write(isTable ? table.text(summary) : ndjsonLine({ summary }));
    });
  } finally {
    progress.stop();
  }
}
