/**
 * How do we compare with what a TypeScript user would pick today? One run, interleaved rounds, one row in JavaScript's memory in,
 * a number or an array out, for everybody.
 *
 * `deno task bench:peers [LENGTH...]`, 200,000 logits unless said. Times are CPU time of the process, all threads. Needs
 * nothing but the npm registry: ONNX Runtime's native library comes in its package (the install script, which Deno does not run,
 * would only add GPU parts).
 *
 * @module
 */
import type { Target } from "../_ask.ts";
import { normalLogits } from "../_normal_logits.ts";
import { measure, median } from "../_rounds.ts";
import { verdictLine, verdictOf } from "../_verdict.ts";
import { onnxWays } from "./onnx_ways.ts";
import { ourWays } from "./our_ways.ts";
import { plainWays } from "./plain_ways.ts";
import { tfjsWays } from "./tfjs_ways.ts";
import { type Op, OPS, type Result, type Ways } from "./ways.ts";

const LENGTH = 200_000, LARGE = 2 ** 24;

/** What was promised at 200,000 logits. */
const TARGETS: Readonly<Partial<Record<Op, readonly Target[]>>> = {
  "log-sum-exp": [
    { of: "plain JavaScript", against: "Sluice", least: 25 },
    { of: "ONNX Runtime native, ReduceLogSumExp", against: "Sluice", least: 10 },
    { of: "tfjs-wasm", against: "Sluice", least: 10 },
  ],
  "softmax": [
    { of: "Sluice, into the same array", against: "ONNX Runtime native, Softmax", most: 1.15 },
    { of: "Sluice, into the same array", against: "tfjs-wasm", most: 0.55 },
  ],
  "top-50": [{ of: "ONNX Runtime native, TopK", against: "Sluice", least: 2 }],
};

async function waysOf(op: Op): Promise<Ways> {
  return { ...ourWays(op), ...await onnxWays(op), ...await tfjsWays(op), ...plainWays(op) };
}

function shown(result: Result): string {
  if (typeof result === "number") return String(result);
  const sum = result.reduce((sum, x) => sum + x, 0);
  return `${result.length} values, sum ${sum.toFixed(6)}`;
}

async function compare(op: Op, length: number): Promise<void> {
  const row = normalLogits(length);
  const ways = Object.entries(await waysOf(op));
  const rounds = await measure(ways.map(([name, way]) => ({ name, logits: length, run: () => way(row) })));
  console.info(`\n${op}, a row of ${length}`);
  for (const [name, way] of ways) {
    const ns = median(rounds.get(name)!).toFixed(3).padStart(8);
    console.info(`  ${ns} ns  ${name.padEnd(40)}${shown(await way(row))}`);
  }
  if (length === LENGTH) {
    for (const target of TARGETS[op] ?? []) {
      console.info(verdictLine(verdictOf(rounds, target)));
    }
  }
}

/** Where plain float32 sums lead: the probabilities of a long row, and its log-sum-exp. */
async function compareSums(): Promise<void> {
  const row = normalLogits(LARGE);
  for (const op of ["softmax", "log-sum-exp"] as const) {
    console.info(`\n${op === "softmax" ? "sum of the probabilities" : op} of ${LARGE} logits, not timed`);
    for (const [name, way] of Object.entries(await waysOf(op))) {
      console.info(`  ${name.padEnd(40)}${shown(await way(row))}`);
    }
  }
}

if (import.meta.main) {
  const lengths = Deno.args.map(Number);
  for (const length of lengths.length > 0 ? lengths : [LENGTH]) for (const op of OPS) await compare(op, length);
  await compareSums();
}
