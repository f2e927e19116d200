import { exp } from "../../../kernels/mod.ts";

/** Logits as the row has them, from `low` to below `high`. */
export interface LogitRange {
  readonly low: number;
  readonly high: number;
}

/** One step of a {@linkcode Ladder}: a token, a group of equal tokens, or a cell, which is a run of tokens known in sum only. */
export interface Rung {
  /** The id of a token; -1 of anything else. */
  readonly id: number;
  /** Of a group: its ids, ascending. */
  ids: Uint32Array | undefined;
  /** How many tokens; a share of a token where that is a guess. */
  n: number;
  /** The largest logit, or a bound of it, in the stage's scale. */
  upper: number;
  /** The smallest, or a bound of it. */
  lower: number;
  /** The same as the row has them, before any temperature. */
  rawUpper: number;
  /** See `rawUpper`. */
  rawLower: number;
  /** The mass, `sum e^(x - top)`. */
  m: number;
  /** `sum e^(x - top) (x - top)`. */
  h: number;
  /** `sum e^(2 (x - top))`; NaN where that is not known. */
  q: number;
  /** Of a cell: its number, as its source counts. */
  readonly cell: number;
  /** Of a cell: how many finer ones it spans, as its source counts. */
  readonly span: number;
  /** Of a cell: whether its bound `upper` is a logit that may be among its tokens. */
  readonly closed: boolean;
  /** Of a cell: the mean of its logits, as the row has them; NaN where that is not known. */
  readonly mean: number;
  /** Which part of the cell's tokens is kept; 1 of all. */
  share: number;
  /** How many tokens more or fewer it may be. */
  countDoubt: number;
  /** How far the mass may be off by that, in tokens as heavy as the largest. */
  massDoubt: number;
  /** Whether it is not known which of its tokens are kept. */
  unsure: boolean;
}

/** Sums over a cell at some temperature: mass, moment, squares. */
export type CellSums = readonly [m: number, h: number, q: number];

/** What tells more of cells. */
export interface CellSource {
  /** How far a cell's mass may be off, relatively, when all logits are divided by `divisor`. */
  error(rung: Rung, divisor: number): number;
  /** A cell's sums when all logits are divided by `divisor`; `undefined` if this read cannot tell. */
  weigh(rung: Rung, divisor: number): CellSums | undefined;
  /** The finer cells that a cell consists of, best first; `undefined` if there are none. */
  split(rung: Rung, divisor: number): Rung[] | undefined;
}

/** Whether a rung is known by its sums only. */
export function isCell({ id, ids }: Rung): boolean {
  return id < 0 && ids === undefined;
}

/** The ids of a rung that is no cell. */
export function idsOf({ id, ids }: Rung): ArrayLike<number> & Iterable<number> {
  return ids ?? [id];
}

/** A token. */
export function tokenRung(id: number, x: number, top: number): Rung {
  return equalRung(id, undefined, 1, x, top);
}

/** Equal tokens. */
export function groupRung(ids: Uint32Array, x: number, top: number): Rung {
  return equalRung(-1, ids, ids.length, x, top);
}

function equalRung(id: number, ids: Uint32Array | undefined, n: number, x: number, top: number): Rung {
  const rung = rungOf(id, ids, n, x, x, x, x, 0, 1, true, x);
  setLogit(rung, x, top);
  return rung;
}

/** The one place where rungs are made: thousands a row, so they are all of one shape, written out. */
function rungOf(
  id: number,
  ids: Uint32Array | undefined,
  n: number,
  upper: number,
  lower: number,
  rawUpper: number,
  rawLower: number,
  cell: number,
  span: number,
  closed: boolean,
  mean: number,
): Rung {
  return {
    id,
    ids,
    n,
    upper,
    lower,
    rawUpper,
    rawLower,
    m: 0,
    h: 0,
    q: 0,
    cell,
    span,
    closed,
    mean,
    share: 1,
    countDoubt: 0,
    massDoubt: 0,
    unsure: false,
  };
}

/** Of a cell, what its source knows. */
export interface CellFacts {
  readonly cell: number;
  readonly span: number;
  readonly n: number;
  readonly rawUpper: number;
  readonly rawLower: number;
  readonly closed?: boolean;
  readonly mean?: number;
}

/** A cell, with its sums where all logits are divided by `divisor`. */
export function cellRung(facts: CellFacts, [m, h, q]: CellSums, divisor: number): Rung {
  const { cell, span, n, rawUpper, rawLower, closed = false, mean = NaN } = facts;
  const rung = rungOf(
    -1,
    undefined,
    n,
    rawUpper / divisor,
    rawLower / divisor,
    rawUpper,
    rawLower,
    cell,
    span,
    closed,
    mean,
  );
  rung.m = m;
  rung.h = h;
  rung.q = q;
  return rung;
}

/** Gives the equal tokens of a rung another logit. */
export function setLogit(rung: Rung, x: number, top: number): void {
  const d = x - top;
  const weight = x === -Infinity ? 0 : exp(d);
  rung.upper = rung.lower = x;
  rung.m = rung.n * weight;
  rung.h = weight === 0 ? 0 : rung.n * weight * d;
  rung.q = rung.n * weight * weight;
}

/** Keeps a share of a rung's tokens. */
export function keepShare(rung: Rung, share: number): void {
  rung.n *= share;
  rung.m *= share;
  rung.h *= share;
  rung.q *= share;
  rung.share *= share;
}
