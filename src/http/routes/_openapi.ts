import { createRoute, OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import { ERRORS, type Result } from "../../core/mod.ts";
import { BY_NAME } from "../../records/inside.ts";
import { CompareQuery, MergeQuery, ReduceQuery, SampleQuery, SoftmaxQuery, StatesQuery } from "./_query.ts";

const FIELDS = {
  number: (): z.ZodType => FLOAT,
  whole: (): z.ZodType => z.int(),
  id: (): z.ZodType => z.int(),
  flag: (): z.ZodType => z.boolean(),
} as const;

/** A result of the catalogue as a schema. */
function schemaOf(result: Result): z.ZodType {
  if (!("fields" in result)) {
    const field = FIELDS[result.type]();
    return result.optional ? field.nullable() : field;
  }
  const record = z.strictObject(
    Object.fromEntries(Object.entries(result.fields).map(([name, field]) => [name, schemaOf(field)])),
  );
  if (result.list) return z.array(record);
  return result.optional ? record.nullable() : record;
}

const FLOAT = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);
const SCORE = { id: z.int(), logit: FLOAT, logprob: FLOAT };

/** A row of `/v1/reduce` and `/v1/merge`. */
export const RowSchema = z.strictObject({
  row: z.int(),
  count: z.int(),
  max: FLOAT,
  argmax: z.int().nullable(),
  lse: FLOAT,
  entropy: FLOAT,
  top: z.array(z.strictObject(SCORE)),
  nan: z.int(),
  posInf: z.int(),
  allMasked: z.boolean(),
  target: z.array(z.strictObject({ ...SCORE, rank: z.int().nullable().optional() })).optional(),
  label: z.strictObject(SCORE).nullable().optional(),
  rank: z.int().nullable().optional(),
  negInf: z.int().optional(),
  ...Object.fromEntries(BY_NAME.map(({ name, result }) => [name, schemaOf(result!).optional()])),
  monitor: z.strictObject({
    current: FLOAT,
    rolling: FLOAT,
    event: z.enum(["above", "below"]).optional(),
    state: z.enum(["small", "large"]),
    switched: z.boolean(),
  }).optional(),
}).openapi("Row");

/** An error, in an answer of its own or as the last line of one. */
export const ProblemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(ERRORS) as [string, ...string[]]),
  detail: z.string(),
  retryable: z.boolean(),
}).openapi("Problem");

const SummarySchema = z.strictObject({ rows: z.int(), nll: FLOAT, perplexity: FLOAT }).openapi("Summary");

const TOKEN = { token: z.string(), logprob: FLOAT, bytes: z.array(z.int()).nullable() };

/** A row of `/v1/sample`. */
export const SampleSchema = z.strictObject({
  row: z.int(),
  id: z.int().nullable(),
  logprob: FLOAT,
  reads: z.int(),
  why: z.enum(["nan", "infinity", "masked", "undecided"]).optional(),
  draws: z.array(z.strictObject({ id: z.int(), logprob: FLOAT })).optional(),
  rawLogprob: FLOAT.optional(),
  rank: z.int().optional(),
  kept: z.int().optional(),
  keptMass: FLOAT.optional(),
  entropy: FLOAT.optional(),
  logprobs: z.strictObject({
    content: z.array(z.strictObject({ ...TOKEN, top_logprobs: z.array(z.strictObject(TOKEN)) })),
  }).optional(),
}).openapi("Sample");

const REPORT = z.strictObject({
  nan: z.int(),
  posInf: z.int(),
  allMasked: z.boolean(),
  firstInvalid: z.int().optional(),
});

/** A row of `/v1/compare`. */
export const ComparisonSchema = z.strictObject({
  row: z.int(),
  count: z.int(),
  kl: FLOAT,
  klReverse: FLOAT,
  js: FLOAT,
  tv: FLOAT,
  agree: z.boolean().nullable(),
  argmax: z.tuple([z.int().nullable(), z.int().nullable()]),
  overlap: FLOAT,
  label: z.strictObject({ id: z.int(), logprob: z.tuple([FLOAT, FLOAT]) }).nullable().optional(),
  streams: z.strictObject({ A: REPORT.optional(), B: REPORT.optional() }).optional(),
}).openapi("Comparison");

const SPREAD = z.strictObject({ mean: FLOAT, median: FLOAT, p99: FLOAT, max: FLOAT });

/** The end of `/v1/compare`. */
export const ComparisonSummarySchema = z.strictObject({
  rows: z.int(),
  invalid: z.int().optional(),
  kl: SPREAD,
  js: SPREAD,
  tv: SPREAD,
  agreement: FLOAT,
  perplexity: z.tuple([FLOAT, FLOAT]).optional(),
  meanLogRatio: FLOAT.optional(),
  standardError: FLOAT.optional(),
  approximate: z.literal(true).optional(),
}).openapi("ComparisonSummary");

const LineSchema = z.union([
  RowSchema,
  z.strictObject({ summary: SummarySchema }),
  z.strictObject({ error: ProblemSchema }),
]).openapi("Line");

/** A line of `/v1/states`; the body of `/v1/merge` is made of them. */
export const StateSchema = z.strictObject({
  row: z.int(),
  count: z.int(),
  vocabulary: z.int(),
  covered: z.array(z.tuple([z.int(), z.int()])),
  state: z.string().openapi({ format: "byte" }),
}).openapi("State");

const BINARY = { schema: { type: "string", format: "binary" } } as const;

const LABELS = { type: "string", description: "one id a row: a .npy of whole numbers or a JSON array" } as const;
const LOGITS = { type: "string", format: "binary" } as const;

const BODY = {
  description:
    "Logits, row after row, little endian. They may be sent in chunks; nothing is held. Of a form, small parts " +
    'come before the part "logits".',
  content: {
    "application/octet-stream": BINARY,
    "application/x-npy": BINARY,
    "application/x-safetensors": BINARY,
    "multipart/form-data": { schema: { type: "object", properties: { labels: LABELS, logits: LOGITS } } },
  },
} as const;

/** A form may bring both that are compared. */
const COMPARED = {
  description:
    `${BODY.description} Without "other" in the query, a form has the part "other" before them, which is held in a temporary file.`,
  content: {
    ...BODY.content,
    "multipart/form-data": {
      schema: { type: "object", properties: { labels: LABELS, other: LOGITS, logits: LOGITS } },
    },
  },
} as const;

const PROBLEM = { description: "What went wrong", content: { "application/problem+json": { schema: ProblemSchema } } };

const ROWS = {
  200: {
    description: "One row after the other, each as soon as it is done. An error after the first row is the last line.",
    content: {
      "application/x-ndjson": { schema: LineSchema },
      "text/event-stream": { schema: { type: "string", description: "events row, progress, summary, error and end" } },
      "application/json": { schema: z.strictObject({ rows: z.array(RowSchema), summary: SummarySchema.optional() }) },
    },
  },
  default: PROBLEM,
} as const;

const ROUTES = [
  createRoute({
    method: "post",
    path: "/v1/reduce",
    summary: "Rows of logits to their largest logit, log-sum-exp, entropy and likeliest tokens",
    request: { query: ReduceQuery, body: BODY },
    responses: ROWS,
  }),
  createRoute({
    method: "post",
    path: "/v1/softmax",
    summary: "Rows of logits to probabilities or log-probabilities",
    request: { query: SoftmaxQuery, body: BODY },
    responses: {
      200: {
        description: "f32 (f64 for f64) of the same shape. An error after the first bytes cuts the answer off.",
        content: { "application/octet-stream": BINARY, "application/x-npy": BINARY },
      },
      default: PROBLEM,
    },
  }),
  createRoute({
    method: "post",
    path: "/v1/sample",
    summary: "Rows of logits to tokens, by a preset's chain or a chain of one's own",
    request: {
      query: SampleQuery,
      body: {
        description:
          'As for /v1/reduce. Parts of a form before "logits": "history", the ids of the tokens so far, and "chain", a ' +
          "JSON list of stages.",
        content: {
          ...BODY.content,
          "multipart/form-data": {
            schema: {
              type: "object",
              properties: {
                history: { type: "string", description: "token ids: a .npy of whole numbers or a JSON array" },
                chain: { type: "string", description: 'stages, as [{"name":"keepTopK","k":50}]' },
                logits: { type: "string", format: "binary" },
              },
            },
          },
        },
      },
    },
    responses: {
      200: {
        description: "A token a row. An error after the first row is the last line.",
        headers: z.object({
          "Sluice-Seed": z.int().openapi({ description: "the seed of the random numbers, given or drawn" }),
        }),
        content: {
          "application/x-ndjson": { schema: z.union([SampleSchema, z.strictObject({ error: ProblemSchema })]) },
          "text/event-stream": { schema: { type: "string", description: "events row, error and end" } },
          "application/json": { schema: z.strictObject({ rows: z.array(SampleSchema) }) },
        },
      },
      default: PROBLEM,
    },
  }),
  createRoute({
    method: "post",
    path: "/v1/compare",
    summary: "Two models' rows of logits side by side: divergences, the same best token, the change of perplexity",
    request: { query: CompareQuery, body: COMPARED },
    responses: {
      200: {
        description:
          "Row beside row, each as soon as it is done, then a summary. An error after the first row is the last line.",
        content: {
          "application/x-ndjson": {
            schema: z.union([
              ComparisonSchema,
              z.strictObject({ summary: ComparisonSummarySchema }),
              z.strictObject({ error: ProblemSchema }),
            ]),
          },
          "text/event-stream": { schema: { type: "string", description: "events row, summary, error and end" } },
          "application/json": {
            schema: z.strictObject({ rows: z.array(ComparisonSchema), summary: ComparisonSummarySchema }),
          },
        },
      },
      default: PROBLEM,
    },
  }),
  createRoute({
    method: "post",
    path: "/v1/states",
    summary: "A part of the vocabulary, cut anywhere, to one mergeable state a row",
    request: { query: StatesQuery, body: BODY },
    responses: {
      200: { description: "A state a line", content: { "application/x-ndjson": { schema: StateSchema } } },
      default: PROBLEM,
    },
  }),
  createRoute({
    method: "post",
    path: "/v1/merge",
    summary: "States of all parts, in any order, to rows: the bits of one read of the whole",
    request: {
      query: MergeQuery,
      body: {
        description: "Lines of /v1/states",
        content: {
          "application/x-ndjson": { schema: StateSchema },
          "application/jsonl": { schema: StateSchema },
          "application/json": { schema: StateSchema },
        },
      },
    },
    responses: ROWS,
  }),
] as const;

/** The description of the service, made of the schemas that check its requests. */
export function openApi(version: string): unknown {
  const api = new OpenAPIHono();
  for (const route of ROUTES) api.openAPIRegistry.registerPath(route as RouteConfig);
  api.openAPIRegistry.registerComponent("securitySchemes", "token", { type: "http", scheme: "bearer" });
  return api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Sluice", version, description: "Logits over HTTP, answered row by row as they are read." },
    security: [{}, { token: [] }],
  });
}
