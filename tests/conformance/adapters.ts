import type { Operator } from "../../src/core/mod.ts";
import { logitBias, temperature } from "../../src/operators/mod.ts";
import { entropy, label, logSumExp, maximum, target, topK } from "../../src/reducers/mod.ts";
import { type Along, along } from "./along.ts";
import { numbersOf, type VectorCase } from "./vector_case.ts";
import type { Way } from "./way.ts";

/** Runs a case and gives what it expects, by the same names. */
export type Adapter = (vector: VectorCase, way: Way) => Promise<Record<string, readonly number[] | number>>;

function rowsOf({ inputs, params }: VectorCase, name = "x", map: (x: number) => number = (x) => x): Along {
  const { shape } = inputs[name];
  return along(shape, numbersOf(inputs[name]).map(map), params.axis ?? null);
}

/** Rows along the class axis, and the label and weight of each. */
function labelled({ inputs, params }: VectorCase): {
  readonly rows: Along;
  readonly labels: readonly number[];
  readonly ignore: number;
  readonly weightOf: (label: number) => number;
} {
  const ignore = params.ignore_index ?? -100;
  const weights = inputs.weights && numbersOf(inputs.weights);
  return {
    rows: along(inputs.x.shape, numbersOf(inputs.x), params.class_axis),
    labels: numbersOf(inputs.labels),
    ignore,
    weightOf: (label) => label === ignore ? 0 : weights?.[label] ?? 1,
  };
}

/** Losses as the suites reduce them: a weighted mean divides by the weights used. */
function reduced(reduction: string, losses: readonly number[], weights: readonly number[]): readonly number[] {
  if (reduction === "none") return losses;
  const sum = losses.reduce((total, loss) => total + loss, 0);
  return [reduction === "sum" ? sum : sum / weights.reduce((total, weight) => total + weight, 0)];
}

async function losses(vector: VectorCase, way: Way, field: "logit" | "logprob"): Promise<readonly number[]> {
  const { rows, labels, ignore, weightOf } = labelled(vector);
  const found = await way.reduce(rows, { y: label(labels, { ignore }) });
  const weights = labels.map(weightOf);
  const each = found.map(({ y }, i) => y === undefined ? 0 : -y[field] * weights[i]);
  return reduced(vector.params.reduction, each, weights);
}

/** What of a chain of filters are operators of ours. */
function operatorsOf({ params }: VectorCase): Operator[] {
  return (params.chain as { name: string; t: number }[])
    .filter(({ name }) => name.startsWith("temperature"))
    .map(({ t }) => temperature(t));
}

async function sampler(vector: VectorCase, way: Way): Promise<Record<string, readonly number[] | number>> {
  const { inputs, params, expected } = vector;
  const rows = inputs.probs ? rowsOf(vector, "probs", Math.log) : rowsOf(vector, "logits");
  const operators = operatorsOf(vector);
  if (expected.full) return { full: await way.normalize(rows, false, ...operators) };
  const [{ top }] = await way.reduce(rows, { top: topK(params.chain[0].k) }, ...operators);
  const ids = top.map(({ id }) => id);
  return { size: ids.length, min_id: Math.min(...ids), max_id: Math.max(...ids) };
}

/** One adapter an op that exists here. */
export const ADAPTERS: Readonly<Record<string, Adapter>> = {
  softmax: async (vector, way) => {
    const rows = rowsOf(vector);
    return { y: rows.back(await way.normalize(rows, false)) };
  },
  log_softmax: async (vector, way) => {
    const rows = rowsOf(vector);
    return { y: rows.back(await way.normalize(rows, true)) };
  },
  logsumexp: async (vector, way) => {
    const weights = vector.inputs.weights && numbersOf(vector.inputs.weights);
    const bias = weights ? [logitBias(weights.map((weight, id) => [id, Math.log(weight)] as const))] : [];
    const rows = await way.reduce(rowsOf(vector), { lse: logSumExp() }, ...bias);
    return { y: rows.map(({ lse }) => lse) };
  },
  reduce_log_sum: async (vector, way) => {
    const rows = await way.reduce(rowsOf(vector, "x", Math.log), { lse: logSumExp() });
    return { y: rows.map(({ lse }) => lse) };
  },
  argmax: async (vector, way) => {
    const rows = await way.reduce(rowsOf(vector), { best: maximum() });
    return { indices: rows.map(({ best }) => best.id ?? NaN) };
  },
  topk: async (vector, way) => {
    const rows = await way.reduce(rowsOf(vector), { top: topK(vector.params.k, { logprob: false }) });
    return {
      values: rows.flatMap(({ top }) => top.map(({ logit }) => logit)),
      indices: rows.flatMap(({ top }) => top.map(({ id }) => id)),
    };
  },
  in_topk: async ({ inputs, params }, way) => {
    const rows = along(inputs.x.shape, numbersOf(inputs.x), -1);
    const found = await way.reduce(rows, { top: topK(params.k) });
    const targets = numbersOf(inputs.targets);
    return { y: found.map(({ top }, row) => Number(top.some(({ id }) => id === targets[row]))) };
  },
  cross_entropy: async (vector, way) => {
    const loss = await losses(vector, way, "logprob");
    if (!vector.expected.log_prob) return { loss };
    const { rows } = labelled(vector);
    return { loss, log_prob: rows.back(await way.normalize(rows, true)) };
  },
  nll_loss: async (vector, way) => ({ loss: await losses(vector, way, "logit") }),
  entropy: async (vector, way) => {
    const rows = await way.reduce(rowsOf(vector, "pk", Math.log), { h: entropy() });
    return { y: rows.map(({ h }) => vector.params.base ? h / Math.log(vector.params.base) : h) };
  },
  sampler,
  logits_processor: async (vector, way) => {
    return { probs: await way.normalize(rowsOf(vector, "logits"), false, ...operatorsOf(vector)) };
  },
};

/** Filters of a chain that are offered: temperatures above 0, and top-k on its own where its survivors are asked for. */
function offersChain({ params, expected }: VectorCase): boolean {
  const chain = params.chain as { name: string; t?: number; delta?: number }[];
  const temperatures = chain.every(({ name, t = 0, delta = 0 }) =>
    name.startsWith("temperature") && t > 0 && delta === 0
  );
  if (temperatures) return expected.full !== undefined || expected.probs !== undefined;
  return chain.length === 1 && chain[0].name === "top_k" && expected.size !== undefined;
}

/** Why a case cannot be run yet: what it comes with. `undefined` if it can. */
export function missing(vector: VectorCase): string | undefined {
  const { op, inputs } = vector;
  if (op === "sampler" || op === "logits_processor") {
    const chain = (vector.params.chain as { name: string }[]).map(({ name }) => name).join(", ");
    return offersChain(vector) ? undefined : `comes with the samplers: ${chain}`;
  }
  if (op === "entropy" && inputs.qk) return "comes with several aligned streams: Kullback-Leibler divergence";
  if (op === "logsumexp" && inputs.weights && numbersOf(inputs.weights).some((weight) => weight < 0)) {
    return "comes with signed weights: the logarithm of a difference is no log-sum-exp of logits";
  }
  if (ADAPTERS[op]) return undefined;
  const reasons: Readonly<Record<string, string>> = {
    softmax_grad: "comes with gradients in the second read",
    log_softmax_grad: "comes with gradients in the second read",
    rel_entr: "comes with several aligned streams",
    kl_div: "comes with several aligned streams",
    logsubexp: "comes with signed weights",
  };
  return reasons[op] ?? "comes with element-wise maps of the unit interval";
}

/** Whether a target's rank agrees with the list of the best: a second way to the same answer. */
export async function inTopKByRank({ inputs, params }: VectorCase, way: Way): Promise<number[]> {
  const rows = along(inputs.x.shape, numbersOf(inputs.x), -1);
  const targets = numbersOf(inputs.targets);
  const found = await way.reduce(rows, { y: target([...new Set(targets)], { rank: true }) });
  return found.map(({ y }, row) => Number(y.find(({ id }) => id === targets[row])!.rank! <= params.k));
}
