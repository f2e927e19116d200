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

/**
 * An empty heap for the k best. It grows as it fills: k may be far above the vocabulary.
 *
 * @example Far more wanted than there will be
 * ```ts
 * import { heapOf } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { size, values } = heapOf(1_000_000_000);
 * assertEquals([size, values.length], [0, 64]);
 * ```
 *
 * @param k How many are wanted: a whole number of at least 1, which is not checked here.
 */
export function heapOf(k: number): Heap {
  const room = Math.min(k, 64);
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
 * import { heapOf, offer, ranked } from "@sluice/sluice/core";
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
 * import { heapOf, offer, ranked } from "@sluice/sluice/core";
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
