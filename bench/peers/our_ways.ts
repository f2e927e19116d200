import { entropy, fromArray, logSumExp, maximum, normalize, reduceRow, topK } from "../../mod.ts";
import type { Op, Ways } from "./ways.ts";

const lse = { it: logSumExp() };
const best = { it: maximum() };
const top = { it: topK(50, { logprob: false }) };
const h = { it: entropy() };

const WAYS: Readonly<Record<Op, Ways[string]>> = {
  "log-sum-exp": (row) => reduceRow(row, lse).it,
  "softmax": async (row) => {
    const out = new Float32Array(row.length);
    for await (const { data, start } of normalize(fromArray(row)).open()) out.set(data as Float32Array, start);
    return out;
  },
  "argmax": (row) => reduceRow(row, best).it.id!,
  "top-50": (row) => Float32Array.from(reduceRow(row, top).it, ({ logit }) => logit),
  "entropy": (row) => reduceRow(row, h).it,
};

/** Sluice, by its public doors: the row is copied into the arena, as any caller's would be. */
export function ourWays(op: Op): Ways {
  return { "Sluice": WAYS[op] };
}
