// Where a cut falls among tokens that are known by their sums: the search for the one with which they reach what is wanted. It is bracketed
// by passes over the row until few tokens lie between; these are listed, best first, and the first that reaches it is taken.
import { numberAt, placeOf } from "./_float_order.ts";
import { EqualRung, isSpan, type LogitRange, type Rung } from "./_rung.ts";
import type { RungLadder } from "./_rung_ladder.ts";

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

/** So few tokens are listed. */
const FEW = 512;

/** The largest key of a token with which it is reached; that beside it where this hangs on the last digits. */
export function reach(ladder: RungLadder, search: Search): number {
  const { wanted, rungsAt } = search;
  let { low, high } = search;
  for (let turn = 0; ladder.countIn(rungsAt(low)) - ladder.countIn(rungsAt(high)) > FEW; turn++) {
    const keys = between(low, high, ladder.source.ways, turn, ladder.wide);
    if (keys.length === 0) break;
    const rungs = keys.map(rungsAt);
    ladder.sumAll(rungs.flat());
    for (let i = 0; i < keys.length; i++) {
      if (amountOf(ladder, rungs[i], search) >= wanted) low = keys[i];
      else {
        high = keys[i];
        break;
      }
    }
  }
  return amongFew(ladder, search, low, high);
}

function amountOf(ladder: RungLadder, rungs: readonly Rung[], { by }: Search): number {
  return by === "mass" ? ladder.massIn(rungs) : ladder.countIn(rungs);
}

/** Keys between two, ascending: evenly spaced; every third time, or where they are far apart, evenly in the order of floats. */
function between(low: number, high: number, ways: number, turn: number, wide: boolean): number[] {
  const keys: number[] = [], byOrder = turn % 3 === 2 || !(high - low < 1e4);
  for (let i = 1; i <= ways; i++) {
    const share = i / (ways + 1);
    const key = byOrder ? floatBetween(low, high, share) : low + (high - low) * share;
    const rounded = wide ? key : Math.fround(key);
    if (rounded > low && rounded < high && !(keys[keys.length - 1] >= rounded)) keys.push(rounded);
  }
  return keys;
}

/** The number at a share of the way between two, in the order of all. */
function floatBetween(low: number, high: number, share: number): number {
  const first = placeOf(low);
  return numberAt(first + BigInt(Math.floor(Number(placeOf(high) - first) * share)));
}

/** The same, where few tokens lie between two keys, or all that do are equal. */
function amongFew(ladder: RungLadder, search: Search, low: number, high: number): number {
  const { keyOf, rungsAt, wanted, by } = search, { divisor } = ladder;
  const outer = rungsAt(low), inner = rungsAt(high);
  const groups = [
    ...outer.filter((rung) => rung instanceof EqualRung && !(keyOf(rung.placeBy(divisor)) >= high)) as EqualRung[],
    ...shellsOf(outer.find(isSpan)?.range, inner.find(isSpan)?.range).flatMap((range) => ladder.list(range)),
  ].sort((a, b) => keyOf(b.placeBy(divisor)) - keyOf(a.placeBy(divisor)));
  let sum = amountOf(ladder, inner, search), key = high;
  if (sum > 0 && sum >= wanted) return key;
  for (const group of groups) {
    key = keyOf(group.placeBy(divisor));
    sum += by === "mass" ? group.m : group.n;
    if (sum >= wanted) break;
  }
  return key;
}

/** What of a range lies outside another one in it. */
function shellsOf(outer: LogitRange | undefined, inner: LogitRange | undefined): LogitRange[] {
  if (!outer) return [];
  if (!inner) return [outer];
  return [{ low: inner.high, high: outer.high }, { low: outer.low, high: inner.low }].filter(({ low, high }) => low < high);
}
