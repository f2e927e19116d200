// Which of some keys is the last that is needed.

/**
 * The largest key such that those of at least it weigh `wanted` together; the least key where all do not. A quick select by weight: the
 * places of both lists are changed. Cost: some 10 ns a key.
 */
export function selectKey(keys: Float64Array, weights: Float64Array, wanted: number): number {
  let from = 0, to = keys.length, sum = 0;
  while (to - from > 1) {
    const pivot = middleOf(keys[from], keys[(from + to) >> 1], keys[to - 1]);
    // Greater ones to the front, then equal ones, then less.
    let above = from, at = from, below = to, mass = 0, equal = 0;
    while (at < below) {
      const key = keys[at], weight = weights[at];
      if (key > pivot) {
        mass += weight;
        keys[at] = keys[above];
        weights[at++] = weights[above];
        keys[above] = key;
        weights[above++] = weight;
      } else if (key < pivot) {
        keys[at] = keys[--below];
        weights[at] = weights[below];
        keys[below] = key;
        weights[below] = weight;
      } else {
        equal += weight;
        at++;
      }
    }
    if (sum + mass >= wanted && above > from) to = above;
    else if (sum + mass + equal >= wanted || below === to) return pivot;
    else {
      sum += mass + equal;
      from = below;
    }
  }
  return keys[from];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
