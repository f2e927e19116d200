import type { Reducers, Row } from "../core/mod.ts";
import { explain, reduce as reduceRows, type ReduceOptions } from "../flow/mod.ts";
import { RECORD_OPTIONS, REDUCER_OPTIONS, reducersIn } from "../records/inside.ts";
import { recordReducers, rowRecord, type RowRecordOptions } from "../records/mod.ts";
import { LabelSummary } from "../reducers/mod.ts";
import type { Command } from "./_command.ts";
import { runCommand } from "./_run_command.ts";
import type { Flags } from "./_flags.ts";
import type { Format } from "./_format.ts";
import { readLabels } from "./_labels.ts";
import { NDJSON } from "./_ndjson.ts";
import { flagsOf, type FlagWords, readFlags } from "./_option_flags.ts";
import { inputsOf, openText, type Output, targetOf, writing } from "./_output.ts";
import { type Progress, watched } from "./_progress.ts";
import { flowOptions, given, openSource, SOURCE_FLAGS, type SourceSettings, sourceSettings } from "./_source_flags.ts";
import { Table } from "./_table.ts";
import { UsageError } from "./_usage_error.ts";
import type { Io } from "./io.ts";

/** What a record may hold, labels apart: they are a file. */
const { labels: _labels, ...PLAIN } = RECORD_OPTIONS;

/** How flags differ from what their options say. */
const WORDS: Readonly<Record<string, FlagWords>> = {
  topK: { value: "K", elsewhere: ["k"] },
  labels: { value: "IDS.npy" },
  unit: { name: "entropy" },
};

const COMMAND: Command = {
  name: "reduce",
  usage: "SOURCE [flags]",
  summary: `For each row of logits: the largest, its log-sum-exp, its entropy in nats and
the likeliest tokens.
SOURCE is a file (.npy, .safetensors, or raw .f32 .f16 .bf16 .f64 with
--vocabulary), the URL of one (http or https), or - for standard input (.npy
or raw).`,
  flags: [
    ...SOURCE_FLAGS,
    ...flagsOf(RECORD_OPTIONS, WORDS),
    ...flagsOf(REDUCER_OPTIONS),
    { name: "format", value: "table|ndjson", help: "a table on a terminal, else NDJSON, if absent" },
    { name: "o", value: "FILE", help: "write to FILE, which must be none that is read", elsewhere: ["out", "output"] },
  ],
  notes: `NDJSON is one object a row:
  {"row","count","max","argmax","lse","entropy",
   "top":[{"id","logit","logprob"}],"nan","posInf","allMasked"}
"argmax" is null where a row has no token to choose. With --top-k 0 there is no
"top". With --target there is "target":[{"id","logit","logprob"}], with --labels
"label":{"id","logit","logprob"} (null without a label) and a last line
{"summary":{"rows","nll","perplexity"}}, with --specials "negInf". With --rank
each target has its "rank", and "rank" beside "label" is the label's. What is
asked for by its name alone (--margin) has a field of that name.
Numbers are the shortest that read back the same; NaN and infinities are the
strings "NaN", "Infinity", "-Infinity".

A row of standard input that outgrows 8 MiB and needs a second read (--rank)
waits for it in a temporary file.

Status: 0; 1 bad data or a failed read, rows before it are kept; 2 wrong usage.
`,
  examples: [
    "sluice reduce logits.npy --rows 0:10 --top-k 3",
    "sluice reduce - --vocabulary 32000 -o rows.ndjson < logits.f32",
  ],
  prepare,
};

/**
 * The command `sluice reduce`: rows of logits to a table or NDJSON.
 *
 * @example One row from a pipe as a line of JSON
 * ```ts
 * import { reduce } from "@sluice/sluice/cli";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * const status = await reduce(["-", "--vocabulary", "2"], {
 *   output: writable,
 *   outputIsTerminal: false,
 *   error: console.error,
 *   errorIsTerminal: false,
 *   columns: 80,
 *   input: () => Promise.resolve(fromArray([1, 3])),
 * });
 * await writable.close();
 * assertEquals(status, 0);
 * assertStringIncludes(await text, '"argmax":1');
 * ```
 *
 * @param args What follows the command's name.
 * @param io The streams around it.
 * @returns The exit status, as of `run`. Never throws: what goes wrong is a line on `io.error`.
 */
export function reduce(args: readonly string[], io: Io): Promise<number> {
  return runCommand(COMMAND, args, io);
}

/** What the flags say, understood before anything is opened. */
interface Settings {
  readonly source: SourceSettings;
  /** What a row holds, labels apart. */
  readonly record: RowRecordOptions;
  readonly labels: string | undefined;
  readonly format: Format;
  readonly target: string | undefined;
}

/** What is to be done, once everything that can be checked has been. */
interface Job {
  readonly rows: ReadableStream<Row<Reducers>>;
  readonly record: RowRecordOptions;
  readonly settings: Settings;
  readonly progress: Progress;
  readonly output: Output;
}

async function prepare(flags: Flags, io: Io): Promise<() => Promise<void>> {
  const settings = settingsOf(flags, io);
  const { source, target, record: asked } = settings;
  const logits = await openSource(source, io);
  const labels = settings.labels === undefined ? undefined : await readLabels(settings.labels, logits);
  const record = { ...asked, labels };
  const reducers = recordReducers(record);
  const options: ReduceOptions = {
    ...flowOptions(source, logits),
    ...(source.throws ? { onInvalid: "throw" } : {}),
    ...given("signal", io.signal),
  };
  const plan = explain(logits, reducers, options);
  // Last, so that what is refused before leaves no file behind.
  const output = await openText(target, io, await inputsOf(source.source, io, settings.labels));
  if (source.explain) io.error(`${plan}\n`);
  const { logits: seen, progress } = watched(logits, plan, io);
  const rows = reduceRows(seen, reducers, options);
  return () => write({ rows, record, settings, progress, output }, io);
}

function settingsOf(flags: Flags, io: Io): Settings {
  const labels = flags.text("labels");
  return {
    source: sourceSettings(flags),
    record: recordOf(flags, labels !== undefined),
    labels,
    format: formatOf(flags, io),
    target: targetOf(flags),
  };
}

function recordOf(flags: Flags, labelled: boolean): RowRecordOptions {
  const options: RowRecordOptions = {
    ...readFlags(flags, PLAIN, WORDS),
    reducers: reducersIn(readFlags(flags, REDUCER_OPTIONS)),
  };
  if (options.shift && !labelled) throw new UsageError("Cannot use --shift without --labels");
  if (options.rank && !labelled && !options.target) {
    throw new UsageError("Cannot use --rank without --labels or --target");
  }
  // Refuses what does not fit before anything is opened.
  recordReducers(options);
  return options;
}

function formatOf(flags: Flags, io: Io): Format {
  const person = io.outputIsTerminal && !flags.has("o");
  const name = flags.choice("format", ["table", "ndjson"]) ?? (person ? "table" : "ndjson");
  return name === "table" ? new Table(person ? io.columns : 0, flags.whole("top-k") !== 0) : NDJSON;
}

async function write({ rows, record, settings, progress, output }: Job, io: Io): Promise<void> {
  const { format, target } = settings;
  const summary = new LabelSummary();
  const shared = io.outputIsTerminal && target === undefined;
  try {
    await writing(output, async () => {
      if (format.head) await output.write(format.head);
      for await (const row of rows) {
        if (record.labels) summary.add(row.label);
        if (shared) progress.pause();
        await output.write(format.row(rowRecord(row, record)));
      }
      if (record.labels) await output.write(format.summary(summary));
    });
  } finally {
    progress.stop();
  }
}
