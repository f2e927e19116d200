import type { Definition, OptionTable, Reducer, Result } from "../core/mod.ts";
import { REDUCERS } from "../reducers/inside.ts";
import {
  type Candidate,
  entropy,
  label,
  logSumExp,
  type Maximum,
  maximum,
  type Specials,
  specials,
  target,
  type TargetScore,
  topK,
} from "../reducers/mod.ts";
import type { RowRecordOptions } from "./row_record_options.ts";
import type { ScoreRecord } from "./score_record.ts";

/** One thing that a record may hold: the reducer behind it, and how its result is written. */
export interface RecordEntry {
  /** Its name among the row's results. */
  readonly key: string;
  /** Whether the options ask for it; always where absent. */
  asked?(options: RowRecordOptions): boolean;
  /** The reducer. */
  reducer(options: RowRecordOptions): Reducer<unknown>;
  /** Its fields of the record, in their order. */
  // deno-lint-ignore no-explicit-any
  fields(result: any, options: RowRecordOptions): Record<string, unknown>;
}

/** How many tokens are listed unless told otherwise. */
const TOP = 5;

/** What stands before the report of the engine itself. */
export const FIRST: readonly RecordEntry[] = [
  {
    key: "best",
    reducer: () => maximum(),
    fields: ({ value, id }: Maximum) => ({ max: value, argmax: id ?? null }),
  },
  { key: "lse", reducer: () => logSumExp(), fields: (lse: number) => ({ lse }) },
  {
    key: "entropy",
    reducer: ({ unit }) => entropy(unit ? { unit } : {}),
    fields: (entropy: number) => ({ entropy }),
  },
  {
    key: "top",
    asked: ({ topK: k }) => k !== 0,
    reducer: ({ topK: k = TOP }) => topK(k),
    fields: (top: readonly Candidate[]) => ({ top }),
  },
];

/** The reducers that are asked for by their name alone: those that need no option, and are not in a record by another name. */
export const BY_NAME: readonly Definition[] = REDUCERS.filter(({ name, options }) =>
  !["maximum", "logSumExp", "entropy", "topK", "specials"].includes(name) &&
  Object.values(options).every((option) => option.optional || "default" in option)
);

/** What stands behind it. */
export const LAST: readonly RecordEntry[] = [
  {
    key: "target",
    asked: ({ target: ids }) => ids !== undefined,
    reducer: ({ target: ids, rank = false }) => target(ids!, { rank }),
    fields: (scores: readonly TargetScore[], { rank }) => ({
      target: scores.map((score) => rank ? { ...scoreOf(score), rank: score.rank ?? null } : scoreOf(score)),
    }),
  },
  {
    key: "label",
    asked: ({ labels }) => labels !== undefined,
    reducer: ({ labels, rank = false, shift = false }) => label(labels!, { rank, shift }),
    fields: (score: TargetScore | undefined, { rank }) => ({
      label: score ? scoreOf(score) : null,
      ...(rank ? { rank: score?.rank ?? null } : {}),
    }),
  },
  {
    key: "specials",
    asked: ({ specials: wanted = false }) => wanted,
    reducer: () => specials(),
    fields: ({ negInf }: Specials) => ({ negInf }),
  },
  ...BY_NAME.map(({ name, result, of }): RecordEntry => ({
    key: name,
    asked: ({ reducers = [] }) => reducers.includes(name),
    reducer: () => of({}) as Reducer<unknown>,
    fields: (found) => ({ [name]: plainOf(found, result!) }),
  })),
];

function scoreOf({ id, logit, logprob }: TargetScore): ScoreRecord {
  return { id, logit, logprob };
}

/** A result as JSON has it: what may be absent is null. */
function plainOf(found: unknown, result: Result): unknown {
  if (!("fields" in result)) return found ?? null;
  if (result.list) return (found as unknown[]).map((one) => plainOf(one, { fields: result.fields }));
  if (found === undefined) return null;
  const record = found as Record<string, unknown>;
  return Object.fromEntries(Object.keys(result.fields).map((name) => [name, record[name] ?? null]));
}

/** What may be asked for in a record: the command line's flags and the service's parameters follow from it. */
export const RECORD_OPTIONS = {
  topK: { type: "whole", optional: true, help: `list the k likeliest tokens; ${TOP} if absent, no list for 0` },
  target: { type: "ids", optional: true, help: "logit and log-probability of these ids in every row" },
  labels: {
    type: "ids",
    optional: true,
    help:
      "one id a row of the source: its logit and log-probability; -100 is left out. A last line sums up: mean negative " +
      "log-likelihood and perplexity",
  },
  shift: { type: "flag", optional: true, help: "row i is scored against label i + 1; the last has none" },
  rank: { type: "flag", optional: true, help: "ranks of targets and labels: 1 + how many logits are larger" },
  specials: { type: "flag", optional: true, help: "count the masked tokens (-Infinity) of each row" },
  unit: { type: "choice", words: ["nats", "bits"], optional: true, help: "the unit of the entropy; nats if absent" },
} as const;

/** A flag for each reducer that is asked for by its name. */
export const REDUCER_OPTIONS: OptionTable = Object.fromEntries(
  BY_NAME.map(({ name, help }) => [name, { type: "flag", optional: true, help: `add ${help}` }]),
);

/** The reducers by whose names something was asked for. */
export function reducersIn(asked: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(REDUCER_OPTIONS).filter((name) => asked[name] === true);
}
