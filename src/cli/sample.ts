import { sampleChain } from "../catalogue/mod.ts";
import { ioReason, ParameterError, type Row } from "../core/mod.ts";
import { explain, reduce as reduceRows, type ReduceOptions } from "../flow/mod.ts";
import { requireToken, sampleRecord } from "../records/mod.ts";
import {
  type PresetName,
  type PresetOptions,
  presetsWith,
  type Sampler,
  sampler,
  type SamplerOptions,
} from "../sampling/mod.ts";
import { PRESET_NAMES, presetTexts, samplerDefinition } from "../sampling/inside.ts";
import { ndjsonLine } from "../sinks/mod.ts";
import type { Command } from "./_command.ts";
import { runCommand } from "./_run_command.ts";
import type { Flag, Flags } from "./_flags.ts";
import { flagOf, flagsOf, type FlagWords, readFlag, readFlags } from "./_option_flags.ts";
import { inputsOf, openText, type Output, targetOf, writing } from "./_output.ts";
import { type Progress, watched } from "./_progress.ts";
import { sampleHead, sampleRow } from "./_sample_table.ts";
import {
  flowOptions,
  given,
  givenOf,
  openSource,
  SOURCE_FLAGS,
  type SourceSettings,
  sourceSettings,
} from "./_source_flags.ts";
import { stagesText } from "./_stages_text.ts";
import { UsageError } from "./_usage_error.ts";
import type { Io } from "./io.ts";

/** The options of presets that a flag can give. */
const TEXTS = presetTexts();

/** How the flags of a preset's options differ from what the options say. */
const WORDS: Readonly<Record<string, FlagWords>> = {
  temperature: { value: "T" },
  topK: { value: "K", elsewhere: ["k"] },
  topP: { value: "P" },
  minP: { value: "P" },
  typicalP: { value: "P" },
  topNSigma: { value: "N" },
  xtcProbability: { value: "P" },
  xtcThreshold: { value: "P" },
  topH: { value: "H" },
  epsilonCutoff: { value: "P" },
  etaCutoff: { value: "P" },
};

const { seed: SEED, draws, details } = samplerDefinition.options;

/** What is asked for of each row. */
const TOKENS = { draws, details };

/** How flags of the sampler itself differ from what its options say. */
const OWN_WORDS = {
  seed: { help: `${SEED.help}; drawn, and told on standard error, if absent` },
  draws: { name: "n", value: "DRAWS", elsewhere: ["draws"] },
} satisfies Readonly<Record<string, FlagWords>>;

interface ChainFlag extends Flag {
  readonly option: keyof PresetOptions;
}

/** Flags that are options of a preset's chain. */
const CHAIN_FLAGS: readonly ChainFlag[] = (Object.keys(TEXTS) as (keyof PresetOptions)[]).map((option) => ({
  ...flagOf(option, TEXTS[option], WORDS[option]),
  option,
}));

const COMMAND: Command = {
  name: "sample",
  usage: "SOURCE [flags]",
  summary: `Draws a token from each row of logits, by a chain of named stages.
SOURCE is a file (.npy, .safetensors, or raw .f32 .f16 .bf16 .f64 with
--vocabulary), the URL of one (http or https), or - for standard input (.npy
or raw).`,
  flags: [
    flagOf("seed", SEED, OWN_WORDS.seed),
    {
      name: "preset",
      value: PRESET_NAMES.join("|"),
      help: "whose defaults and order; transformers' order with everything off if absent",
    },
    ...CHAIN_FLAGS,
    { name: "chain", value: "FILE.json", help: "a chain of one's own instead of a preset" },
    ...flagsOf(TOKENS, OWN_WORDS),
    ...SOURCE_FLAGS.filter(({ name }) => name !== "temperature"),
    { name: "format", value: "table|ndjson", help: "a table on a terminal, else NDJSON, if absent" },
    { name: "o", value: "FILE", help: "write to FILE, which must be none that is read", elsewhere: ["out", "output"] },
  ],
  notes: `NDJSON is one object a row:
  {"row","id","logprob","reads"}
With -n there is "draws":[{"id","logprob"}], of which the first is the token
that one draw gives; with --details "rawLogprob","rank","kept","keptMass",
"entropy". "logprob" is under the processed distribution, "rawLogprob", "rank"
and "entropy" are the row's own, before the chain. A row with NaN, +Infinity or
no allowed token has "id":null and "why":"nan", "infinity" or "masked". The same
seed gives the same bytes for any --chunk.

There is no history before a row of a file: penalties, dry and n-gram bans find
nothing, neither by flags nor in a chain.

FILE.json is a list of stages, first to last:
  [{"name":"keepTopK","k":50},{"name":"withTemperature","temperature":0.8}]
The stages, and what each must be given:
${stagesText()}
Status: 0; 1 bad data or a failed read, rows before it are kept; 2 wrong usage.
`,
  examples: [
    "sluice sample logits.npy --seed 1 --temperature 0.8 --top-p 0.95",
    "sluice sample logits.npy --seed 1 --preset llama.cpp -n 3 --format table",
  ],
  prepare,
};

/**
 * The command `sluice sample`: a token from each row.
 *
 * @example The likelier id, drawn from a pipe
 * ```ts
 * import { sample } from "@sluice/sluice/cli";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * const status = await sample(["-", "--vocabulary", "2", "--seed", "1"], {
 *   output: writable,
 *   outputIsTerminal: false,
 *   error: console.error,
 *   errorIsTerminal: false,
 *   columns: 80,
 *   input: () => Promise.resolve(fromArray([1, 40])),
 * });
 * await writable.close();
 * assertEquals(status, 0);
 * assertStringIncludes(await text, '{"row":0,"id":1,');
 * ```
 *
 * @param args What follows the command's name.
 * @param io The streams around it.
 * @returns The exit status, as of `run`. Never throws: what goes wrong is a line on `io.error`.
 */
export function sample(args: readonly string[], io: Io): Promise<number> {
  return runCommand(COMMAND, args, io);
}

/** What the flags say, understood before anything is opened. */
interface Settings {
  readonly source: SourceSettings;
  readonly options: SamplerOptions;
  readonly table: boolean;
  readonly target: string | undefined;
  /** The file of the chain. */
  readonly chainFile: string | undefined;
}

async function prepare(flags: Flags, io: Io): Promise<() => Promise<void>> {
  const settings = await settingsOf(flags, io);
  const { source, target, chainFile } = settings;
  const logits = await openSource(source, io);
  const reducers = { token: sampler(settings.options) };
  if (settings.options.seed === undefined) io.error(`sluice: seed ${reducers.token.seed}\n`);
  const options: ReduceOptions = {
    ...flowOptions(source, logits),
    ...(source.throws ? { onInvalid: "throw" } : {}),
    ...given("signal", io.signal),
  };
  const plan = explain(logits, reducers, options);
  // Last, so that what is refused before leaves no file behind.
  const output = await openText(target, io, await inputsOf(source.source, io, chainFile));
  if (source.explain) io.error(`${plan}\n`);
  const { logits: seen, progress } = watched(logits, plan, io);
  const rows = reduceRows(seen, reducers, options);
  return () => write(rows, settings, output, progress, io);
}

async function settingsOf(flags: Flags, io: Io): Promise<Settings> {
  const person = io.outputIsTerminal && !flags.has("o");
  const format = flags.choice("format", ["table", "ndjson"]) ?? (person ? "table" : "ndjson");
  const chain = await chainOf(flags);
  const options = {
    chain,
    ...givenOf(readFlags(flags, TOKENS, OWN_WORDS)),
    ...given("seed", flags.whole("seed")),
  };
  // Refuses what is out of range before anything is opened.
  sampler(options);
  return {
    source: sourceSettings(flags, false),
    options,
    table: format === "table",
    target: targetOf(flags),
    chainFile: flags.text("chain"),
  };
}

async function chainOf(flags: Flags): Promise<NonNullable<SamplerOptions["chain"]>> {
  const file = flags.text("chain");
  const name = flags.choice("preset", PRESET_NAMES);
  if (file === undefined) {
    refuseForeign(flags, name);
    return sampleChain({ preset: name, options: chainOptions(flags, name) });
  }
  const [other] = [
    ...(name ? ["preset"] : []),
    ...CHAIN_FLAGS.map(({ name }) => name).filter((name) => flags.has(name)),
  ];
  if (other) throw new UsageError(`Cannot use --${other} with --chain: the file is the whole chain`);
  return await readChain(file);
}

/** What the flags say, each understood on its own, so that what is refused is told of its flag. */
function chainOptions(flags: Flags, name: PresetName | undefined): PresetOptions {
  return Object.assign(
    {},
    ...CHAIN_FLAGS.filter((flag) => flags.has(flag.name)).map((flag) => {
      const options = { [flag.option]: readFlag(flags, flag.name, TEXTS[flag.option]) };
      flags.made(flag.name, () => sampleChain({ preset: name, options }));
      return options;
    }),
  );
}

/** Refuses a flag of another preset's. Without a preset the order is transformers'. */
function refuseForeign(flags: Flags, name: PresetName = "transformers"): void {
  const flag = CHAIN_FLAGS.find((flag) => flags.has(flag.name) && !presetsWith(flag.option).includes(name));
  if (!flag) return;
  const found = flags.has("preset") ? `--preset ${name}` : "no preset (transformers' order)";
  throw new UsageError(
    `Cannot use --${flag.name} with ${found}: wanted --preset ${presetsWith(flag.option).join(" or ")}`,
  );
}

async function readChain(file: string): Promise<NonNullable<SamplerOptions["chain"]>> {
  let text: string;
  try {
    // Decoded by hand, so that a byte order mark is taken off.
    text = new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(file));
  } catch (error) {
    const found = error instanceof TypeError ? "it is no UTF-8 text" : ioReason(error, "read");
    throw new UsageError(`Cannot read --chain "${file}": ${found}, wanted a list of stages in JSON`);
  }
  try {
    return sampleChain({ stages: JSON.parse(text) });
  } catch (error) {
    if (error instanceof ParameterError) throw error;
    const found = error instanceof Error ? error.message : error;
    throw new UsageError(`Cannot read --chain "${file}": it is no JSON (${found})`);
  }
}

async function write(
  rows: ReadableStream<Row<{ token: Sampler }>>,
  { table, target, source: { throws } }: Settings,
  output: Output,
  progress: Progress,
  io: Io,
): Promise<void> {
  const shared = io.outputIsTerminal && target === undefined;
  try {
    await writing(output, async () => {
      if (table) await output.write(sampleHead);
      for await (const { index, token } of rows) {
        if (throws) requireToken(index, token);
        if (shared) progress.pause();
        await output.write(table ? sampleRow(index, token) : ndjsonLine(sampleRecord(index, token)));
      }
    });
  } finally {
    progress.stop();
  }
}
