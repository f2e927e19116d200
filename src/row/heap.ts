import { type Folded, shown, wholeFault } from "../core/mod.ts";

/**
 * The k best of a stream of (value, id), best being the larger value and, among equals, the lower id: a binary heap with the
 * worst on top. What it holds does not depend on the order of arrival.
 */
export interface Heap {
  /** How many are wanted. */
  readonly k: number;
  /** How many are held. */
  size: number;
  /** Their values, in heap order; may be longer than `size`. */
  values: Float64Array;
  /** Their ids, in heap order. */
  ids: Float64Array;
}

/** Places of a heap before it grows. */
const ROOM = 64;

/**
 * An empty heap for the k best. It grows as it fills: k may be far above the vocabulary.
 *
 * @example Far more wanted than there will be
 * ```ts
 * import { heapOf } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * const { size, values } = heapOf(1_000_000_000);
 * assertEquals([size, values.length], [0, 64]);
 * ```
 *
 * @param k How many are wanted: a whole number of at least 1, which is not checked here.
 */
export function heapOf(k: number): Heap {
  const room = Math.min(k, ROOM);
  return { k, size: 0, values: new Float64Array(room), ids: new Float64Array(room) };
}

/** Twice the room. */
function grow(heap: Heap): void {
  const room = Math.min(heap.k, 2 * heap.values.length);
  const values = new Float64Array(room), ids = new Float64Array(room);
  values.set(heap.values);
  ids.set(heap.ids);
  heap.values = values;
  heap.ids = ids;
}

/**
 * Offers one candidate.
 *
 * @example The lower id stays among equals
 * ```ts
 * import { heapOf, offer, ranked } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * const heap = heapOf(2);
 * for (const [id, value] of [1, 7, 7, 7].entries()) offer(heap, value, id);
 * assertEquals(ranked(heap).map((at) => heap.ids[at]), [1, 2]);
 * ```
 *
 * @param heap Takes it if it is among the k best. Cost: O(log k) then, O(1) else.
 * @param value Its value; not NaN.
 * @param id Its id.
 */
export function offer(heap: Heap, value: number, id: number): void {
  if (heap.size < heap.k) {
    if (heap.size === heap.values.length) grow(heap);
    rise(heap, heap.size++, value, id);
  } else if (value > heap.values[0] || (value === heap.values[0] && id < heap.ids[0])) {
    sink(heap, value, id);
  }
}

function rise({ values, ids }: Heap, at: number, value: number, id: number): void {
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (values[parent] < value || (values[parent] === value && ids[parent] > id)) break;
    values[at] = values[parent];
    ids[at] = ids[parent];
    at = parent;
  }
  values[at] = value;
  ids[at] = id;
}

/** Replaces the worst. */
function sink({ values, ids, size }: Heap, value: number, id: number): void {
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    const right = child + 1;
    if (
      right < size && (values[right] < values[child] || (values[right] === values[child] && ids[right] > ids[child]))
    ) {
      child = right;
    }
    if (value < values[child] || (value === values[child] && id > ids[child])) break;
    values[at] = values[child];
    ids[at] = ids[child];
    at = child;
  }
  values[at] = value;
  ids[at] = id;
}

/**
 * Positions in the heap, best first.
 *
 * @example The larger value first
 * ```ts
 * import { heapOf, offer, ranked } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * const heap = heapOf(3);
 * for (const [id, value] of [2, 9, 4].entries()) offer(heap, value, id);
 * assertEquals(ranked(heap).map((at) => heap.values[at]), [9, 4, 2]);
 * ```
 *
 * @param heap The heap; left as it is.
 * @returns Indices of `values` and `ids`. Cost: O(size log size).
 */
export function ranked({ values, ids, size }: Heap): number[] {
  const order = new Array<number>(size);
  const few = size <= 16;
  for (let i = 0; i < size; i++) {
    let at = i;
    // Few are put in their place at once: calling a comparison costs more than making it.
    for (; few && at > 0; at--) {
      const before = order[at - 1];
      if (values[before] > values[i] || (values[before] === values[i] && ids[before] < ids[i])) break;
      order[at] = before;
    }
    order[at] = i;
  }
  return few ? order : order.sort((a, b) => values[b] - values[a] || ids[a] - ids[b]);
}

/**
 * A heap with the same content in one order, the worst first: for `canonical` of a reducer.
 *
 * @example Two orders of arrival
 * ```ts
 * import { heapOf, offer, sortedHeap } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = [heapOf(3), heapOf(3)];
 * for (const id of [0, 1, 2]) offer(a, 5 - id, id);
 * for (const id of [1, 0, 2]) offer(b, 5 - id, id);
 * assertEquals(sortedHeap(a), sortedHeap(b));
 * ```
 *
 * @param heap The heap; it stays as it is.
 */
export function sortedHeap(heap: Readonly<Heap>): Heap {
  const { k, size, values, ids } = heap;
  const order = ranked(heap).reverse(), room = Math.max(size, Math.min(k, ROOM));
  const sorted = { k, size, values: new Float64Array(room), ids: new Float64Array(room) };
  order.forEach((at, i) => {
    sorted.values[i] = values[at];
    sorted.ids[i] = ids[at];
  });
  return sorted;
}

/**
 * What is wrong with a heap that a saved state holds: for `validate` of a reducer.
 *
 * @example A size beyond what is there
 * ```ts
 * import { type Folded } from "@sluice/sluice/core";
 * import { heapFault, heapOf } from "@sluice/sluice/row";
 * import { assertEquals } from "@std/assert";
 *
 * const row = { row: 0, vocabulary: 9, count: 9, maximum: 5, nan: 0, posInf: 0, backend: "simd", element: "f32" } as const;
 * const folded: Folded = { ...row, has: (id) => id >= 0 && id < 9, of: () => folded };
 * const fault = heapFault("", { ...heapOf(2), size: 9e15 }, 2, folded);
 * assertEquals(fault, "size is 9000000000000000, wanted a whole number from 0 to 2");
 * ```
 *
 * @param path What goes before the names of its fields, as "best.".
 * @param heap The heap; `null` where none is kept.
 * @param k How many it must be made for; 0 where none is kept.
 * @param folded Of what the state was made.
 * @param maximum The largest logit that was offered, where that is not the row's.
 * @returns What was found and what was wanted; `undefined` if it is a heap of those logits.
 */
export function heapFault(
  path: string,
  heap: Heap | null,
  k: number,
  folded: Folded,
  maximum: number = folded.maximum,
): string | undefined {
  if (heap === null || k === 0) return heap === null ? undefined : `${path}heap is ${shown(heap)}, wanted null`;
  const { size, values, ids } = heap;
  return wholeFault(`${path}k`, heap.k, k, k) ?? wholeFault(`${path}size`, size, 0, Math.min(k, folded.count)) ??
    wholeFault(`the length of ${path}values`, values.length, Math.max(size, Math.min(k, ROOM)), k) ??
    wholeFault(`the length of ${path}ids`, ids.length, values.length, values.length) ??
    candidateFault(path, heap, folded) ?? bestFault(path, heap, maximum);
}

/** Each is a logit of the row, once, below a better one. */
function candidateFault(path: string, { size, values, ids }: Heap, folded: Folded): string | undefined {
  const seen = new Set<number>();
  for (let i = 0; i < size; i++) {
    const value = values[i], id = ids[i], parent = (i - 1) >> 1;
    if (!(value > -Infinity)) return `${path}values has ${value}, wanted no NaN and no masked logit`;
    if (!folded.has(id)) return `${path}ids has ${id}, wanted ids whose logits were read`;
    if (seen.has(id)) return `${path}ids has ${id} twice, wanted it once`;
    seen.add(id);
    if (i > 0 && !(values[parent] < value || (values[parent] === value && ids[parent] > id))) {
      return `${path}values is in no heap's order at ${i}, wanted the worst on top`;
    }
  }
}

/** The largest logit is always held. */
function bestFault(path: string, { size, values }: Heap, maximum: number): string | undefined {
  let best = -Infinity;
  for (let i = 0; i < size; i++) if (values[i] > best) best = values[i];
  return best === maximum ? undefined : `${path}values has at most ${best}, wanted the largest logit, ${maximum}`;
}
