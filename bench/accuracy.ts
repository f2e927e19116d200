/** How far results are from float64, on long rows and on the real rows of the examples. */
import { entropy, fromArray, fromFile, logSumExp, normalize, reduceRow } from "../mod.ts";
import { normalLogits } from "./_normal_logits.ts";

/** One bound held against one row. */
export interface AccuracyRow {
  readonly what: string;
  readonly row: string;
  /** The error; of mapped rows the worst of all. */
  readonly error: number;
  readonly bound: number;
  readonly pass: boolean;
}

/** The truth, in float64. */
interface Truth {
  readonly maximum: number;
  readonly logSum: number;
  readonly entropy: number;
}

const LENGTH = 2 ** 24;
const REAL = new URL("../examples/data/lm_logits_f32.npy", import.meta.url);
const reducers = { lse: logSumExp(), h: entropy() };

function uniform(from: number, to: number): () => Float32Array {
  return () => {
    const row = new Float32Array(LENGTH);
    let state = 99;
    for (let i = 0; i < LENGTH; i++) {
      state = Math.imul(state, 1664525) + 1013904223 | 0;
      row[i] = from + (to - from) * ((state >>> 0) / 2 ** 32);
    }
    return row;
  };
}

const ROWS: Readonly<Record<string, () => Float32Array>> = {
  "N(0, 4^2)": () => normalLogits(LENGTH),
  "U(-50, 50)": uniform(-50, 50),
  "U(-1e4, 1e4)": uniform(-1e4, 1e4),
  "1e4 + U(-20, 20)": uniform(1e4 - 20, 1e4 + 20),
  "flat": () => new Float32Array(LENGTH).fill(1.7),
  "one spike over N(0, 4^2)": () => {
    const row = normalLogits(LENGTH);
    row[12_345_678] = 60;
    return row;
  },
  "half masked": () => normalLogits(LENGTH).map((x, i) => i % 2 ? x : -Infinity),
};

/** Measures every bound on every row. The real rows ask for leave to read them. */
export async function accuracyOf(): Promise<AccuracyRow[]> {
  const found: AccuracyRow[] = [];
  for (const [name, make] of Object.entries(ROWS)) found.push(...await accuracyOn(`${name}, 16 Mi`, make()));
  for (const [index, row] of (await realRows()).entries()) found.push(...await accuracyOn(`real row ${index}`, row));
  return found;
}

async function realRows(): Promise<Float32Array[]> {
  const { rows, vocabulary } = (await fromFile(REAL)).shape;
  const found = Array.from({ length: rows! }, () => new Float32Array(vocabulary));
  for (const [index, row] of found.entries()) {
    const logits = await fromFile(REAL);
    for await (const { data, start } of logits.open({ rows: [index, index + 1] })) row.set(data, start);
  }
  return found;
}

function truthOf(row: Float32Array): Truth {
  let maximum = -Infinity;
  for (const x of row) maximum = Math.max(maximum, x);
  let sum = 0, moment = 0;
  for (const x of row) {
    const weight = Math.exp(x - maximum);
    if (weight === 0) continue;
    sum += weight;
    moment += weight * (x - maximum);
  }
  return { maximum, logSum: Math.log(sum), entropy: Math.log(sum) - moment / sum };
}

async function accuracyOn(name: string, row: Float32Array): Promise<AccuracyRow[]> {
  const truth = truthOf(row);
  const { lse, h } = reduceRow(row, reducers);
  const held = (what: string, error: number, bound: number): AccuracyRow => {
    return { what, row: name, error, bound, pass: error <= bound };
  };
  const logarithm = truth.maximum + truth.logSum;
  return [
    held("log-sum-exp", Math.abs(lse - logarithm), 2e-6 + 2 ** -24 * Math.abs(logarithm)),
    held("entropy", Math.abs(h - truth.entropy), 2e-6 + 2 ** -24 * truth.entropy),
    held("probabilities above 1e-37, relative", await worst(row, false, probabilityError(truth)), 3e-6),
    held("log-probabilities, beyond 2 ulp", await worst(row, true, logProbabilityError(truth)), 2e-6),
  ];
}

/** The worst error of a mapped row. */
async function worst(row: Float32Array, log: boolean, error: (x: number, mapped: number) => number): Promise<number> {
  let worst = 0;
  for await (const { data, start } of normalize(fromArray(row), { log }).open()) {
    for (let i = 0; i < data.length; i++) worst = Math.max(worst, error(row[start + i], data[i]));
  }
  return worst;
}

function probabilityError({ maximum, logSum }: Truth): (x: number, mapped: number) => number {
  return (x, mapped) => {
    const wanted = Math.exp(x - maximum - logSum);
    return wanted > 1e-37 ? Math.abs(mapped / wanted - 1) : 0;
  };
}

function logProbabilityError({ maximum, logSum }: Truth): (x: number, mapped: number) => number {
  return (x, mapped) => {
    if (x === -Infinity) return mapped === -Infinity ? 0 : Infinity;
    const wanted = x - maximum - logSum;
    return Math.max(0, Math.abs(mapped - wanted) - 2 * ulp(wanted));
  };
}

/** The unit in the last place of a float32. */
function ulp(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(x) || 2 ** -126)) - 23);
}
