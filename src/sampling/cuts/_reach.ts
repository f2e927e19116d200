// Where a cut falls among tokens that are known by their sums: the search for the one with which they reach what is wanted. It is bracketed,
// by a sample of the row's tiles and by passes over the row, until few tokens lie between; of these the one is selected.
import { exp } from "../../../kernels/mod.ts";
import { numberAt, placeOf } from "./_float_order.ts";
import { EVERY, type LogitRange, nextAbove, nextBelow } from "./_logit_range.ts";
import { type EqualRung, isSpan, type Rung, SpanRung } from "./_rung.ts";
import { MIXED_SUM_ERROR, type Rungs } from "./_rungs.ts";
import { selectKey } from "./_select.ts";

/** What is searched for. Keys grow toward what is kept. */
export interface Search {
  /** A key at which what is wanted is reached. */
  readonly low: number;
  /** A key at which it is not. */
  readonly high: number;
  /** What has at least a key. */
  rungsAt(key: number): readonly Rung[];
  /** The key of a logit, as the row has it. */
  keyOf(x: number): number;
  /** What of a rung is added up. */
  readonly by: "mass" | "count";
  readonly wanted: number;
}

/** Where it is reached. */
export interface Reached {
  readonly key: number;
  /** The ids of the tokens of this key that were listed, ascending. */
  readonly ids: Uint32Array;
}

/** How a range is searched from its upper end down. */
export function downTo({ origin }: Rungs, { low, high }: LogitRange): Omit<Search, "by" | "wanted"> {
  const spans = new Map<number, readonly SpanRung[]>();
  return {
    low: Math.max(low, -Number.MAX_VALUE),
    high: Math.min(high, nextAbove(origin)),
    rungsAt(key) {
      let span = spans.get(key);
      if (!span) spans.set(key, span = [new SpanRung({ low: key, high })]);
      return span;
    },
    keyOf: (x) => x,
  };
}

/** So few tokens are listed. */
const FEW = 8000;

/** The largest key of a token with which it is reached; that beside it where this hangs on the last digits. */
export function reach(ladder: Rungs, search: Search): Reached {
  for (const care of CARES) {
    const near = nearby(ladder, search, care), found = near && amongFew(ladder, search, near);
    if (found) return found;
  }
  return amongFew(ladder, search, narrowed(ladder, search))!;
}

/** Two keys between which it is, or may be, and what is reached at one of them. */
interface Bracket {
  readonly guessed: boolean;
  readonly low: number;
  readonly high: number;
  readonly atLow?: number;
  readonly atHigh?: number;
}

function amountOf(ladder: Rungs, rungs: readonly Rung[], { by }: Search): number {
  return by === "mass" ? ladder.massIn(rungs) : ladder.countIn(rungs);
}

/**
 * A bracket by a sample of the row's tiles, which may be wrong; none where there is no sample to go by. A pass over the row corrects what the
 * sample has too much or too little of the heaviest tokens: from there on to what is wanted it is not far, and the sample tells the way.
 */
function nearby(ladder: Rungs, search: Search, care: number): Bracket | undefined {
  const { by, low, high, wanted, rungsAt, keyOf } = search, { coarse } = ladder;
  const whole = rungsAt(low).find(isSpan)?.range, sample = whole && by === "mass" ? coarse.sampleOf(whole) : undefined;
  if (!sample || sample.weights.length < LEAST_SAMPLE) return undefined;
  const { weights, all, step } = sample, keys = keysOf(sample.values, keyOf);
  // From below: what is to be dropped lies in many light tokens, of which a sample has its share, what is kept in heavy ones, which it may miss.
  let at = all - (coarse.massOf(new SpanRung(EVERY)) - wanted) / step;
  for (let turn = 0; turn < CORRECTIONS; turn++) {
    const key = selectKey(keys, weights, at);
    if (!(key > low && key < high)) return undefined;
    const reached = coarse.massIn(rungsAt(key)), missing = wanted - reached, there = heldFrom(keys, weights, key);
    // What lies between is known by as many tokens as the sample has there.
    const way = (1 + care * MARGIN) * missing / step + Math.sign(missing) * care * MORE * weightOf(keys, weights, key);
    const other = selectKey(keys, weights, Math.max(0, there + way));
    const least = Math.min(key, other), most = Math.max(key, other);
    if (countBetween(keys, least, most) * step <= FEW) {
      if (ladder.fine) return { guessed: true, low: nextBelow(least), high: nextAbove(most) };
      return missing > 0
        ? { guessed: true, low: nextBelow(least), high: key, atHigh: reached }
        : { guessed: true, low: key, high: nextAbove(most), atLow: reached };
    }
    at = there + missing / step;
  }
}

/** How much farther than it seems a sample is looked at: at first, and where that was not far enough. */
const CARES = [1, 6];
/** How often a sample is corrected. */
const CORRECTIONS = 3;
/** Fewer tokens say nothing. */
const LEAST_SAMPLE = 64;
/** By which part more the way is gone than the sample says, */
const MARGIN = 0.4;
/** and by so many tokens of the sample. */
const MORE = 8;

function heldFrom(keys: Float64Array, weights: Float64Array, least: number): number {
  let sum = 0;
  for (let i = 0; i < keys.length; i++) if (keys[i] >= least) sum += weights[i];
  return sum;
}

function weightOf(keys: Float64Array, weights: Float64Array, key: number): number {
  return weights[keys.indexOf(key)];
}

function countBetween(keys: Float64Array, least: number, most: number): number {
  let count = 0;
  for (const key of keys) if (key >= least && key < most) count++;
  return count;
}

/** A loop: to map a typed array by a function costs ten times as much. */
function keysOf(
  values: ArrayLike<number>,
  keyOf: Search["keyOf"],
  keys = new Float64Array(values.length),
  at = 0,
): Float64Array {
  for (let i = 0; i < values.length; i++) keys[at + i] = keyOf(values[i]);
  return keys;
}

/** A bracket by passes over the row. */
function narrowed(ladder: Rungs, search: Search): Bracket {
  const { wanted, rungsAt } = search;
  let { low, high } = search;
  // Brackets hang on coarse sums: what is too near to call by them stays between.
  const doubt = search.by === "mass" ? MIXED_SUM_ERROR * 8 * wanted : 0, coarse = ladder.coarse;
  for (let turn = 0; coarse.countIn(rungsAt(low)) - coarse.countIn(rungsAt(high)) > FEW; turn++) {
    const keys = between(low, high, ladder.source.ways, turn, ladder.wide), rungs = keys.map(rungsAt);
    coarse.sumAll(rungs.flat());
    let moved = false;
    for (let i = 0; i < keys.length; i++) {
      const amount = amountOf(coarse, rungs[i], search);
      if (amount >= wanted + doubt) low = keys[i];
      else if (amount < wanted - doubt) {
        high = keys[i];
        moved = true;
        break;
      } else continue;
      moved = true;
    }
    if (!moved) break;
  }
  return { guessed: false, low, high };
}

/** Keys between two, ascending: evenly spaced; every third time, or where they are far apart, evenly in the order of floats. */
function between(low: number, high: number, ways: number, turn: number, wide: boolean): number[] {
  const keys: number[] = [], byOrder = turn % 3 === 2 || !(high - low < 1e4);
  for (let i = 1; i <= ways; i++) {
    const share = i / (ways + 1);
    const key = byOrder ? floatBetween(low, high, share) : low + (high - low) * share;
    const float = Math.fround(key), rounded = wide || Math.abs(float) === Infinity ? key : float;
    if (rounded > low && rounded < high && !(keys[keys.length - 1] >= rounded)) keys.push(rounded);
  }
  return keys;
}

/** The number at a share of the way between two, in the order of all. */
function floatBetween(low: number, high: number, share: number): number {
  const first = placeOf(low);
  return numberAt(first + BigInt(Math.floor(Number(placeOf(high) - first) * share)));
}

/** The same, where few tokens lie between two keys, or all that do are equal; nothing where it does not lie between them. */
function amongFew(ladder: Rungs, search: Search, bracket: Bracket): Reached | undefined {
  const { rungsAt, wanted } = search, { guessed, low, high, atLow, atHigh } = bracket;
  const outer = rungsAt(low),
    inner = rungsAt(high),
    { keys, weights, ids } = listed(ladder, search, outer, inner, high);
  let sum = 0;
  for (const weight of weights) sum += weight;
  const before = atHigh ?? (atLow === undefined ? amountOf(ladder, inner, search) : atLow - sum);
  if (before > 0 && before >= wanted) return guessed ? undefined : { key: high, ids: NONE };
  if (guessed && !(before + sum >= wanted)) return undefined;
  if (keys.length === 0) return { key: high, ids: NONE };
  const key = selectKey(keys.slice(), weights, wanted - before);
  const chosen: number[] = [];
  for (let i = 0; i < keys.length; i++) if (keys[i] === key) chosen.push(ids[i]);
  return { key, ids: Uint32Array.from(chosen).sort() };
}

const NONE = new Uint32Array(0);

/** The tokens of the outer rungs that are none of the inner ones: their keys, what they count, and their ids. */
function listed(
  ladder: Rungs,
  { keyOf, by }: Search,
  outer: readonly Rung[],
  inner: readonly Rung[],
  high: number,
): { readonly keys: Float64Array; readonly weights: Float64Array; readonly ids: Uint32Array } {
  const { divisor, top, fine } = ladder;
  const groups = outer.filter((rung): rung is EqualRung => !isSpan(rung) && !(keyOf(rung.placeBy(divisor)) >= high));
  const lists = shellsOf(outer.find(isSpan)?.range, inner.find(isSpan)?.range).map((range) => ladder.tokensOf(range));
  const size = lists.reduce((sum, { ids }) => sum + ids.length, groups.reduce((sum, { n }) => sum + n, 0));
  const keys = new Float64Array(size), weights = new Float64Array(size), ids = new Uint32Array(size);
  let at = 0;
  for (const group of groups) {
    const key = keyOf(group.placeBy(divisor)), weight = group.m / group.n;
    for (const id of group.ids) {
      keys[at] = key;
      weights[at] = weight;
      ids[at++] = id;
    }
  }
  for (const list of lists) {
    const { values } = list;
    keysOf(values, keyOf, keys, at);
    weights.set(fine ? keysOf(values, (x) => exp(x / divisor - top)) : list.weights, at);
    ids.set(list.ids, at);
    at += values.length;
  }
  return { keys, weights: by === "mass" ? weights : weights.fill(1), ids };
}

/** What of a range lies outside another one in it. */
function shellsOf(outer: LogitRange | undefined, inner: LogitRange | undefined): LogitRange[] {
  if (!outer) return [];
  if (!inner) return [outer];
  return [{ low: inner.high, high: outer.high }, { low: outer.low, high: inner.low }].filter(({ low, high }) =>
    low < high
  );
}
