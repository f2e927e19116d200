import { z } from "@hono/zod-openapi";
import { type ErrorCode, type Option, type OptionTable, type OptionValue, ParameterError } from "../../core/mod.ts";
import { PRESET_NAMES, presetTexts, samplerDefinition } from "../../sampling/inside.ts";
import type { PresetOptions } from "../../sampling/mod.ts";
import { SOURCE_OPTIONS } from "../../sources/inside.ts";
import { RECORD_OPTIONS, REDUCER_OPTIONS } from "../../records/inside.ts";

/** What a parser of query texts is documented as. */
type Documented = z.ZodType<unknown, string>;

function whole(what: string, least: number): z.ZodType<number, string> {
  const wanted = `wanted a whole number of at least ${least}`;
  return z.string().regex(least < 0 ? /^-?\d{1,16}$/ : /^\d{1,16}$/, wanted).transform(Number)
    .refine((value) => value >= least && Number.isSafeInteger(value), wanted)
    .openapi({ type: "integer", minimum: least, description: what });
}

function number(what: string): z.ZodType<number, string> {
  return z.string().regex(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, "wanted a number").transform(Number)
    .openapi({ type: "number", description: what });
}

function flag(what: string): z.ZodType<boolean, string> {
  return z.enum(["true", "false"], "wanted true or false").transform((text) => text === "true")
    .openapi({ type: "boolean", description: what });
}

function interval(what: string): z.ZodType<readonly [number, number], string> {
  return z.string().regex(/^\d{1,15}:\d{1,15}$/, "wanted A:B, from A up to and without B")
    .transform((text): readonly [number, number] => text.split(":").map(Number) as [number, number])
    .openapi({ type: "string", example: "0:10", description: what });
}

function ids(what: string): z.ZodType<number[], string> {
  return z.string().regex(/^\d{1,15}(,\d{1,15})*$/, "wanted whole numbers between commas")
    .transform((text) => text.split(",").map(Number))
    .openapi({ type: "string", example: "3,17", description: what });
}

function choice<const T extends readonly string[]>(what: string, values: T): z.ZodType<T[number], string> {
  return z.enum(values, `wanted ${values.join(", ")}`).openapi({ description: what }) as z.ZodType<T[number], string>;
}

function text(what: string): z.ZodType<string, string> {
  return z.string().min(1, "wanted a name").openapi({ description: what });
}

/** The parser of an option's text. */
function parserOf({ type, least = 0, words = [], help }: Option): Documented {
  if (type === "whole") return whole(help, least);
  if (type === "number") return number(help);
  if (type === "flag") return flag(help);
  if (type === "choice") return choice(help, words);
  return type === "ids" ? ids(help) : text(help);
}

/** The parameters of a table of options. */
function parametersOf<T extends OptionTable>(table: T): Parameters<T> {
  const all = Object.entries(table).map(([name, option]) => [name, parserOf(option).optional()]);
  return Object.fromEntries(all);
}

type Parameters<T extends OptionTable> = {
  readonly [K in keyof T]: z.ZodOptional<z.ZodType<NonNullable<OptionValue<T[K]>>, string>>;
};

const { dtype } = SOURCE_OPTIONS;

const SOURCE = {
  ...parametersOf({ ...SOURCE_OPTIONS, dtype: { ...dtype, help: `${dtype.help}; f32 if absent` } }),
  source: text("instead of a body: a file under the served root, or a URL of an allowed origin").optional(),
  rows: interval("rows A up to and without B; all if absent").optional(),
  temperature: number("divide the logits by T > 0 first").optional(),
  backend: choice("the arithmetic; the fastest if absent", ["fma", "simd", "reference"]).optional(),
} satisfies Record<string, z.ZodOptional<Documented>>;

const { target, specials, rank, shift } = RECORD_OPTIONS;

/** What a row may hold. */
const ROWS = {
  topK: whole("list the k likeliest tokens; 5 if absent", 1).optional(),
  ...parametersOf({ target, specials, entropy: RECORD_OPTIONS.unit }),
  ...parametersOf(REDUCER_OPTIONS),
} satisfies Record<string, z.ZodOptional<Documented>>;

const FORMAT = {
  format: choice("how rows are written; what Accept says if absent, else ndjson", ["ndjson", "sse", "json"]).optional(),
} satisfies Record<string, z.ZodOptional<Documented>>;

/** The query of `/v1/reduce`. */
export const ReduceQuery = z.strictObject({
  ...SOURCE,
  ...ROWS,
  ...FORMAT,
  ...parametersOf({ rank, shift }),
  onInvalid: choice("rows with NaN, +Infinity or only masked tokens are reported (default) or end the answer", [
    "report",
    "throw",
  ]).optional(),
  window: whole("entropy monitor: rows of the rolling mean; with threshold and dwell", 1).optional(),
  threshold: number("entropy monitor: the rolling mean above which a row counts as hard").optional(),
  dwell: whole("entropy monitor: fewest rows between two switches", 0).optional(),
  progress: whole("server-sent events inside a long row: logits between two; 4,194,304 if absent", 1).optional(),
});

/** The query of `/v1/softmax`. */
export const SoftmaxQuery = z.strictObject({
  ...SOURCE,
  log: flag("log-probabilities instead").optional(),
  format: choice("how probabilities are written; what Accept says if absent, else raw", ["raw", "npy"]).optional(),
  onInvalid: choice("rows with NaN, +Infinity or only masked tokens become NaN (default) or zeros, or end the answer", [
    "nan",
    "zero",
    "throw",
  ]).optional(),
});

/** The query of `/v1/compare`. */
export const CompareQuery = z.strictObject({
  ...SOURCE,
  ...FORMAT,
  other: text(
    "what the logits are compared with: a file under the served root, or a URL of an allowed origin; else the part other of a form",
  )
    .optional(),
  topK: whole("count common ids among the K likeliest tokens of each; 10 if absent", 1).optional(),
  ...parametersOf({ shift }),
  onInvalid: choice("rows in which either has no distribution are reported (default) or end the answer", [
    "report",
    "throw",
  ]).optional(),
});

const { temperature: _temperature, ...PLAIN_SOURCE } = SOURCE;

/** Options by all of their names. */
function byEveryName(table: OptionTable): OptionTable {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, option]) => {
      const { alias, help } = option;
      if (alias === undefined) return [[name, option]];
      const own = { ...option, help: `${help}; also ${alias}` }, other = { ...option, help: `another name of ${name}` };
      return [[name, own], [alias, other]];
    }),
  );
}

type ChainName = Exclude<keyof PresetOptions, "dry">;

/** What a chain may be made of besides a part "chain". */
const CHAIN = parametersOf(
  byEveryName(presetTexts()) as Readonly<Record<ChainName, Option & { readonly type: "number" }>>,
);

/** Names of the parameters that make a chain. */
export const CHAIN_NAMES = Object.keys(CHAIN) as readonly (keyof typeof CHAIN)[];

const { seed, draws, details, topLogprobs } = samplerDefinition.options;

/** The query of `/v1/sample`. */
export const SampleQuery = z.strictObject({
  ...PLAIN_SOURCE,
  ...FORMAT,
  ...CHAIN,
  ...parametersOf({ seed: { ...seed, help: `${seed.help}; drawn if absent: the header Sluice-Seed tells it` } }),
  preset: choice("whose defaults and order; transformers' order with everything off if absent", PRESET_NAMES)
    .optional(),
  ...parametersOf({ draws, details }),
  logprobs: flag("the shape of the OpenAI API beside each token").optional(),
  ...parametersOf({ topLogprobs }),
  onInvalid: choice("rows without a token are reported (default) or end the answer", ["report", "throw"]).optional(),
});

/** The query of `/v1/states`. */
export const StatesQuery = z.strictObject({
  ...SOURCE,
  ...ROWS,
  vocabulary: whole("logits in a whole row", 1),
  start: whole("the id of the shard's first logit; 0 if absent", 0).optional(),
  end: whole("one past the id of its last; the vocabulary if absent", 1).optional(),
});

/** The query of `/v1/merge`. */
export const MergeQuery = z.strictObject({
  ...ROWS,
  ...FORMAT,
  partial: flag("answer also for rows of which ids are missing").optional(),
});

/** What the source and the rows of a request are. */
export type SourceQuery = Omit<z.infer<typeof SoftmaxQuery>, "log" | "format" | "onInvalid">;

/** A query checked by its schema; unknown and repeated parameters are refused. */
export function parseQuery<T>(schema: z.ZodType<T, unknown>, url: string): T {
  const params = new URL(url).searchParams;
  for (const name of params.keys()) {
    if (params.getAll(name).length > 1) throw new ParameterError(`Cannot use ${name} twice: wanted at most one`);
  }
  const result = schema.safeParse(Object.fromEntries(params));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue.code === "unrecognized_keys") {
    throw new ParameterError(`Cannot use ${issue.keys[0]}: there is no such parameter`);
  }
  const name = String(issue.path[0]);
  if (!params.has(name)) throw new ParameterError(`Cannot go without ${name}: the query must have it`);
  throw new ParameterError(`Cannot use ${name}=${params.get(name)}: ${issue.message}`, CODES[name]);
}

const CODES: Record<string, ErrorCode> = { topK: "E_K_RANGE", dtype: "E_DTYPE" };
