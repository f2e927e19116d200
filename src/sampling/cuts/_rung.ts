// What a ladder is made of, and how one of its steps is made, rescaled and cut down.
import { exp } from "../../../kernels/mod.ts";

/** Half a float32 step of 1: a probability, or a mass, this close to the one that is wanted has reached it, however it was rounded. */
export const HALF_STEP: number = 2 ** -24;

/** Logits as the row has them, from `low` to below `high`. */
export interface LogitRange {
  readonly low: number;
  readonly high: number;
}

/**
 * One step of a {@linkcode Ladder}: a token, a group of equal tokens, or a cell, which is a run of tokens known in sum only. A class, so
 * that the thousands that a row may have are all of one shape.
 */
export class Rung {
  /** The largest logit, or a bound of it, in the stage's scale. */
  upper: number;
  /** The smallest, or a bound of it. */
  lower: number;
  /** The mass, `sum e^(x - top)`. */
  m = 0;
  /** `sum e^(x - top) (x - top)`. */
  h = 0;
  /** `sum e^(2 (x - top))`; NaN where that is not known. */
  q = 0;
  /** Which part of the cell's tokens is kept; 1 of all. */
  share = 1;
  /** How many tokens more or fewer it may be. */
  countDoubt = 0;
  /** How far the mass may be off by that, in tokens as heavy as the largest. */
  massDoubt = 0;
  /** Whether it is not known which of its tokens are kept. */
  unsure = false;

  constructor(
    /** The id of a token; -1 of anything else. */
    readonly id: number,
    /** Of a group: its ids, ascending. */
    public ids: Uint32Array | undefined,
    /** How many tokens; a share of a token where that is a guess. */
    public n: number,
    /** `upper` as the row has it, before any temperature. */
    public rawUpper: number,
    /** `lower` as the row has it. */
    public rawLower: number,
    /** By what the stages have divided the logits so far. */
    divisor = 1,
    /** Of a cell: its number, as its source counts. */
    readonly cell = 0,
    /** Of a cell: how many finer ones it spans, as its source counts. */
    readonly span = 1,
    /** Of a cell: whether its bound `upper` is a logit that may be among its tokens. */
    readonly closed = true,
    /** Of a cell: the mean of its logits, as the row has them; NaN where that is not known. */
    readonly mean = rawUpper,
  ) {
    this.upper = rawUpper / divisor;
    this.lower = rawLower / divisor;
  }
}

/** Sums over a cell at some temperature: mass, moment, squares. */
export type CellSums = readonly [m: number, h: number, q: number];

/** What tells more of cells. */
export interface CellSource {
  /** How far a cell's mass may be off, relatively, when all logits are divided by `divisor`. */
  error(rung: Rung, divisor: number): number;
  /** A cell's sums when all logits are divided by `divisor`; `undefined` if this read cannot tell. */
  sumsAt(rung: Rung, divisor: number): CellSums | undefined;
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

/** A token, or a group of equal ones: then the id is -1. */
export function equalRung(x: number, top: number, id: number, ids?: Uint32Array): Rung {
  const rung = new Rung(id, ids, ids?.length ?? 1, x, x);
  setLogit(rung, x, top);
  return rung;
}

/** Of a cell, what its source knows. */
export type CellFacts =
  & Pick<Rung, "cell" | "span" | "n" | "rawUpper" | "rawLower">
  & Partial<Pick<Rung, "closed" | "mean">>;

/** A cell, with its sums where all logits are divided by `divisor`. */
export function cellRung(facts: CellFacts, [m, h, q]: CellSums, divisor: number): Rung {
  const { cell, span, n, rawUpper, rawLower, closed = false, mean = NaN } = facts;
  const rung = new Rung(-1, undefined, n, rawUpper, rawLower, divisor, cell, span, closed, mean);
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
