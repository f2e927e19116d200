import { define, type Reducer } from "../core/mod.ts";
import { type Heap, heapFault, heapOf, offer, ranked, scanBlock, sortedHeap } from "../row/mod.ts";
import { FIRST, hasNone, SECOND } from "./_pair.ts";

/** How far two rows agree about their likeliest tokens. */
export interface Agreement {
  /** Whether both have the same likeliest token; `undefined` where either row has no distribution. */
  readonly agree: boolean | undefined;
  /** The likeliest token of the first. */
  readonly first: number | undefined;
  /** The likeliest token of the second. */
  readonly second: number | undefined;
  /** The share of common ids among the k likeliest of each, from 0 to 1; of the longer list, where masks leave fewer than k. */
  readonly overlap: number;
  /** The rank that the first gives to the second's likeliest token; `undefined` beyond the k. */
  readonly rankInFirst: number | undefined;
  /** The rank that the second gives to the first's likeliest token; `undefined` beyond the k. */
  readonly rankInSecond: number | undefined;
}

/** Options of {@linkcode agreement}. */
export interface AgreementOptions {
  /** Among how many of the likeliest tokens common ids are counted, and ranks known; 10 when absent. */
  readonly k?: number;
}

interface Tops {
  readonly first: Heap;
  readonly second: Heap;
}

/**
 * How far two models agree about the likeliest tokens of a row: the same best one (top-1 agreement, what greedy decoding would write), common ids
 * among the k best, and where each ranks the other's best: 1 + how many logits are larger.
 *
 * Needs: two aligned streams. Gives: a record a row.
 * Ties: the lower id first, and kept. Specials: masked tokens are in no list; without ids, and with overlap NaN, where either row has NaN or +Infinity, or no
 * allowed token. Exact for any chunking and merge order. Cost: one read, that of a maximum of each and about half a log-sum-exp more. State: k values and ids of each.
 *
 * @example The best differ, the three best are the same
 * ```ts
 * import { agreement, reduceRow } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = { a: Float32Array.of(5, 4, 3, 0, 0), b: Float32Array.of(4, 5, 3, 0, -9) };
 * const { tops } = reduceRow(rows, { tops: agreement("a", "b", { k: 3 }) });
 * assertEquals(tops, { agree: false, first: 0, second: 1, overlap: 1, rankInFirst: 2, rankInSecond: 2 });
 * ```
 *
 * @param first One stream.
 * @param second The other.
 * @param options The k.
 * @returns The reducer.
 * @throws {ParameterError} If k is not a whole number of at least 1, or a name is not text; as the row is reduced, if there is no such stream.
 */
export function agreement(first: string, second: string, options: AgreementOptions = {}): Reducer<Agreement> {
  return agreementDefinition.call(options, first, second);
}

/** Its row of the catalogue. */
export const agreementDefinition = /* @__PURE__ */ define({
  name: "agreement",
  kind: "reducer",
  help: "how far two streams agree about the likeliest tokens",
  options: {
    first: FIRST,
    second: SECOND,
    k: { type: "whole", least: 1, default: 10, code: "E_K_RANGE", help: "among how many common ids are counted" },
  },
  result: {
    fields: {
      agree: { type: "flag", help: "whether both have the same likeliest token", optional: true },
      first: { type: "id", help: "the first's likeliest token", optional: true },
      second: { type: "id", help: "the second's likeliest token", optional: true },
      overlap: { type: "number", help: "the share of common ids among the k likeliest" },
      rankInFirst: { type: "whole", help: "the first's rank of the second's best", optional: true },
      rankInSecond: { type: "whole", help: "the second's rank of the first's best", optional: true },
    },
  },
  make({ first, second, k }, spec): Reducer<Agreement, Tops> {
    return {
      spec,
      streams: [first, second],
      fields: { names: ["agree", "first", "second", "overlap", "rankInFirst", "rankInSecond"] },
      init: () => ({ first: heapOf(k), second: heapOf(k) }),
      renew(tops) {
        tops.first.size = 0;
        tops.second.size = 0;
      },
      step(tops, a, b) {
        for (const [heap, { values, start }] of [[tops.first, a], [tops.second, b]] as const) {
          values.forEach((value, i) => value > -Infinity && offer(heap, value, start + i));
        }
      },
      stepBlock(tops, a, b) {
        scanBlock(tops.first, a);
        scanBlock(tops.second, b);
      },
      merge(into, from) {
        offerAll(into.first, from.first);
        offerAll(into.second, from.second);
      },
      canonical: (tops) => ({ first: sortedHeap(tops.first), second: sortedHeap(tops.second) }),
      validate: (tops, folded) =>
        heapFault("first.", tops.first, k, folded) ?? heapFault("second.", tops.second, k, folded.of(second)),
      finish: (tops, row) => hasNone(row, row.of(second)) ? NONE : agreementOf(tops),
    };
  },
});

const NONE: Agreement = {
  agree: undefined,
  first: undefined,
  second: undefined,
  overlap: NaN,
  rankInFirst: undefined,
  rankInSecond: undefined,
};

function offerAll(into: Heap, { size, values, ids }: Readonly<Heap>): void {
  for (let i = 0; i < size; i++) offer(into, values[i], ids[i]);
}

function agreementOf({ first, second }: Readonly<Tops>): Agreement {
  const [a, b] = [first, second].map((heap) => ranked(heap).map((at) => heap.ids[at]));
  const known = new Set(a);
  return {
    agree: a[0] === b[0],
    first: a[0],
    second: b[0],
    overlap: b.filter((id) => known.has(id)).length / Math.max(a.length, b.length),
    rankInFirst: rankOf(first, b[0]),
    rankInSecond: rankOf(second, a[0]),
  };
}

/** 1 + how many logits are larger, of an id that is in the heap. */
function rankOf({ size, values, ids }: Readonly<Heap>, id: number): number | undefined {
  const at = ids.subarray(0, size).indexOf(id);
  return at < 0 ? undefined : 1 + values.subarray(0, size).filter((value) => value > values[at]).length;
}
