import { wholeFault } from "../core/mod.ts";

/** How many bins stand for the scores of more items than are kept. */
export const BINS = 4096;

/** Items to be ordered by their score: the scores with their classes, or, beyond the limit, counts in bins. */
export interface Scored {
  /** How many are kept. */
  size: number;
  /** Their scores and classes; longer than `size`. */
  scores: Float64Array;
  classes: Uint8Array;
  /** How many of each class are in each bin, class by class; empty while all are kept. */
  bins: Float64Array;
  /** How many scores were NaN. */
  invalid: number;
}

/**
 * The bin of a score: its place in x / (1 + |x|), which has the same bins for everybody, whatever the scores. Order is kept; scores in
 * -1..1 share a 1,024th of it, those near 10 about 0.06.
 */
function binOf(score: number): number {
  const place = Math.abs(score) === Infinity ? Math.sign(score) : score / (1 + Math.abs(score));
  return Math.min(BINS - 1, Math.floor((place + 1) * (BINS / 2)));
}

/** What folds over ordered scores share. */
export function scoredState(classes: number, limit: number) {
  function grow(state: Scored): void {
    const room = Math.min(limit, Math.max(64, state.size * 2));
    const scores = new Float64Array(room), kinds = new Uint8Array(room);
    scores.set(state.scores.subarray(0, state.size));
    kinds.set(state.classes.subarray(0, state.size));
    state.scores = scores;
    state.classes = kinds;
  }

  /** Puts what is kept into bins. */
  function spill(state: Scored): void {
    if (state.bins.length > 0) return;
    state.bins = new Float64Array(BINS * classes);
    for (let i = 0; i < state.size; i++) state.bins[state.classes[i] * BINS + binOf(state.scores[i])]++;
    state.size = 0;
    state.scores = new Float64Array(0);
    state.classes = new Uint8Array(0);
  }

  function add(state: Scored, score: number, kind: number): void {
    if (Number.isNaN(score)) {
      state.invalid++;
      return;
    }
    if (state.bins.length === 0 && state.size === limit) spill(state);
    if (state.bins.length > 0) {
      state.bins[kind * BINS + binOf(score)]++;
      return;
    }
    if (state.size === state.scores.length) grow(state);
    // Adding 0 makes -0 the 0 that it is equal to.
    state.scores[state.size] = score + 0;
    state.classes[state.size++] = kind;
  }

  return {
    add,
    init: (): Scored => ({
      size: 0,
      scores: new Float64Array(0),
      classes: new Uint8Array(0),
      bins: new Float64Array(0),
      invalid: 0,
    }),
    merge(into: Scored, from: Readonly<Scored>): void {
      into.invalid += from.invalid;
      if (from.bins.length > 0) {
        spill(into);
        for (let i = 0; i < from.bins.length; i++) into.bins[i] += from.bins[i];
      }
      for (let i = 0; i < from.size; i++) add(into, from.scores[i], from.classes[i]);
    },
    canonical(state: Readonly<Scored>): Scored {
      const scores = new Float64Array(state.size), kinds = new Uint8Array(state.size);
      let at = 0;
      byClass(state, classes).forEach((own, kind) => {
        scores.set(own, at);
        kinds.fill(kind, at, at += own.length);
      });
      return { ...state, scores, classes: kinds };
    },
    validate({ size, scores, classes: kinds, bins, invalid }: Readonly<Scored>): string | undefined {
      const most = bins.length > 0 ? 0 : limit;
      const fault = wholeFault("size", size, 0, most) ??
        wholeFault("the length of scores", scores.length, size, size) ??
        wholeFault("the length of classes", kinds.length, size, size) ??
        wholeFault("invalid", invalid, 0, Number.MAX_SAFE_INTEGER);
      if (fault) return fault;
      if (scores.some(Number.isNaN)) return "scores hold NaN";
      if (kinds.some((kind) => kind >= classes)) return `classes hold one above ${classes - 1}`;
      if (bins.length === 0) return undefined;
      return wholeFault("the length of bins", bins.length, BINS * classes, BINS * classes) ??
        (bins.every((count) => Number.isSafeInteger(count) && count >= 0) ? undefined : "bins hold what is no count");
    },
  };
}

/** The kept scores of each class, the smallest first: sorted as numbers, a fraction of the time that a comparison of items takes. */
function byClass(state: Readonly<Scored>, classes: number): Float64Array[] {
  const counts = classCounts(state, classes);
  const lists = counts.map((count) => new Float64Array(state.size > 0 ? count : 0)),
    ends = Array<number>(classes).fill(0);
  for (let i = 0; i < state.size; i++) {
    const kind = state.classes[i];
    lists[kind][ends[kind]++] = state.scores[i];
  }
  return lists.map((list) => list.sort());
}

/** Items of one score, or of one bin. */
export interface Tie {
  /** Their score; of a bin its number. */
  score: number;
  /** How many there are of each class. */
  readonly counts: number[];
}

/** Goes through the items from the largest score down, all of one score at once. The tie is the same object each time. */
export function* ties(state: Readonly<Scored>, classes: number): Generator<Readonly<Tie>> {
  const tie: Tie = { score: 0, counts: Array<number>(classes).fill(0) }, { counts } = tie;
  if (state.bins.length > 0) {
    for (tie.score = BINS - 1; tie.score >= 0; tie.score--) {
      for (let kind = 0; kind < classes; kind++) counts[kind] = state.bins[kind * BINS + tie.score];
      yield tie;
    }
    return;
  }
  const lists = byClass(state, classes), ends = lists.map((list) => list.length);
  for (let left = state.size; left > 0;) {
    // A class that is used up has no score, which is below all.
    tie.score = lists.reduce(
      (most, list, kind) => ends[kind] > 0 ? Math.max(most, list[ends[kind] - 1]) : most,
      -Infinity,
    );
    for (let kind = 0; kind < classes; kind++) {
      const before = ends[kind];
      while (ends[kind] > 0 && lists[kind][ends[kind] - 1] === tie.score) ends[kind]--;
      counts[kind] = before - ends[kind];
      left -= counts[kind];
    }
    yield tie;
  }
}

/** How many items of each class there are. */
export function classCounts(state: Readonly<Scored>, classes: number): number[] {
  const counts = Array<number>(classes).fill(0);
  for (let i = 0; i < state.size; i++) counts[state.classes[i]]++;
  for (let i = 0; i < state.bins.length; i++) counts[Math.floor(i / BINS)] += state.bins[i];
  return counts;
}

/** How many items are kept before bins stand for them. */
export const LIMIT = {
  type: "whole",
  least: 1,
  most: 2 ** 31,
  default: 10_000_000,
  help: "how many items are kept before bins stand for them",
} as const;
