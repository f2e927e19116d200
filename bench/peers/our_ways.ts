import { entropy, logSumExp, maximum, normalizeRow, reduceRow, topK } from "../../mod.ts";
import type { Op, Ways } from "./ways.ts";

const lse = { it: logSumExp() };
const best = { it: maximum() };
const top = { it: topK(50, { logprob: false }) };
const h = { it: entropy() };

const WAYS: Readonly<Record<Op, Ways[string]>> = {
  "log-sum-exp": (row) => reduceRow(row, lse).it,
  "softmax": (row) => normalizeRow(row),
  "argmax": (row) => reduceRow(row, best).it.id!,
  "top-50": (row) => Float32Array.from(reduceRow(row, top).it, ({ logit }) => logit),
  "entropy": (row) => reduceRow(row, h).it,
};

let out = new Float32Array(0);

/** The softmax into an array that is used again: a decode loop's way. */
function softmaxAgain(row: Float32Array): Float32Array {
  if (out.length !== row.length) out = new Float32Array(row.length);
  return normalizeRow(row, { out });
}

/** Sluice, by its public doors: the row is copied into the arena, as any caller's would be. */
export function ourWays(op: Op): Ways {
  return { "Sluice": WAYS[op], ...(op === "softmax" ? { "Sluice, into the same array": softmaxAgain } : {}) };
}
