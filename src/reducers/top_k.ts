import { define, type Reducer, type SweptRow } from "../core/mod.ts";
import { type Heap, heapFault, heapOf, offer, ranked, scanBlock, sortedHeap } from "../row/mod.ts";

/** One of the likeliest tokens of a row. */
export interface Candidate {
  /** Its id. */
  readonly id: number;
  /** Its logit. */
  readonly logit: number;
  /** `(logit - maximum) - logSum`, in nats; NaN if the row has +Infinity, or without `logprob`. */
  readonly logprob: number;
}

/** Options of {@linkcode topK}. */
export interface TopKOptions {
  /** Log-probabilities beside the logits (the default). Without them the sum of exponentials is not computed. */
  readonly logprob?: boolean;
}

/**
 * The k largest logits of a row, largest first, with their log-probabilities.
 *
 * Ties: the lower id first, and kept. k above the vocabulary clamps; masked tokens (-Infinity) are never listed, so the list
 * can be shorter than k. Specials: empty if the row has NaN. Exact for any chunking and merge order.
 * Cost: one read; scans only tiles whose maximum can still enter, so about half a log-sum-exp at k = 50 without `logprob`.
 * State: k values and ids.
 *
 * @example Ties go to the lower id
 * ```ts
 * import { fromArray, reduce, topK } from "@sluice/sluice";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const [{ top }] = await Array.fromAsync(reduce(fromArray([1, 3, 3, -Infinity, 2]), { top: topK(3) }));
 * assertEquals(top.map(({ id }) => id), [1, 2, 4]);
 * assertAlmostEquals(Math.exp(top[0].logprob), 0.3995, 1e-4);
 * ```
 *
 * @param k How many; a whole number of at least 1.
 * @param options Whether log-probabilities are wanted.
 * @returns The reducer.
 * @throws {ParameterError} If k is not a whole number of at least 1.
 */
export function topK(k: number, options: TopKOptions = {}): Reducer<readonly Candidate[]> {
  return topKDefinition.call(options, k);
}

/** Its row of the catalogue. */
export const topKDefinition = /* @__PURE__ */ define({
  name: "topK",
  kind: "reducer",
  help: "the k likeliest tokens",
  options: {
    k: {
      type: "whole",
      least: 1,
      argument: true,
      code: "E_K_RANGE",
      hint: " (to have none, leave it out)",
      help: "how many",
    },
    logprob: { type: "flag", default: true, help: "log-probabilities beside the logits" },
  },
  result: {
    list: true,
    fields: {
      id: { type: "id", help: "the token" },
      logit: { type: "number", help: "its logit" },
      logprob: { type: "number", help: "its log-probability, in nats" },
    },
  },
  make({ k, logprob }, spec): Reducer<readonly Candidate[], Heap> {
    return {
      spec,
      needs: logprob ? "sum" : "maximum",
      fields: { names: ["id", "logit", "logprob"], list: true },
      init: () => heapOf(k),
      renew(heap) {
        heap.size = 0;
      },
      step(heap, { values, start }) {
        values.forEach((value, i) => value > -Infinity && offer(heap, value, start + i));
      },
      stepBlock: scanBlock,
      merge(into, { size, values, ids }) {
        for (let i = 0; i < size; i++) offer(into, values[i], ids[i]);
      },
      ...(k <= MOST ? { finishTile: (row: SweptRow, out: Float64Array) => bestOf(row, k, logprob, out) } : {}),
      canonical: sortedHeap,
      validate: (heap, folded) => heapFault("", heap, k, folded),
      finish(heap, { nan, maximum, logSum }) {
        if (nan > 0) return [];
        const { values, ids } = heap;
        // In company that wants the sum it is known all the same, but company must change nothing.
        const sum = logprob ? logSum : NaN;
        return ranked(heap).map((at) => ({ id: ids[at], logit: values[at], logprob: values[at] - maximum - sum }));
      },
    };
  },
});

/** The most that a kernel ranks at once. */
const MOST = 16;

/** The k best of a row of one tile: id, logit and log-probability of each. */
function bestOf(
  { kernels, at, memory, first, count, maximum, logSum }: SweptRow,
  k: number,
  logprob: boolean,
  out: Float64Array,
): number {
  const { indices, found: ids } = kernels.arena;
  const found = kernels.best(at, count, k, indices);
  const sum = logprob ? logSum : NaN;
  for (let i = 0, to = 0; i < found; i++) {
    const logit = memory[first + ids[i]];
    out[to++] = ids[i];
    out[to++] = logit;
    out[to++] = logit - maximum - sum;
  }
  return 3 * found;
}
