// The state of a ladder: its rungs, the window that is still kept, and what the window adds up to.
import { exp, ln } from "../../../kernels/mod.ts";
import { ReadAgain } from "./_interrupts.ts";
import { type CellSource, equalRung, isCell, keepShare, type LogitRange, type Rung, setLogit } from "./_rung.ts";

/** Mean and population standard deviation of logits, and how far the latter may be off. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
  readonly doubt: number;
}

/**
 * What is known of a row's distribution, best first. Every truncator narrows the window `[from, to)` of its {@linkcode Rung}s. Where
 * a cut falls into a cell, the cell is split as far as its source can; what is left in doubt stays in the window, marked `unsure`, with
 * its most likely share, and is noted, so that another read can list its tokens.
 */
export class Rungs {
  rungs: Rung[] = [];
  /** The first kept rung. */
  from = 0;
  /** One past the last. */
  to = 0;
  /** The logit that masses are relative to, in the stage's scale. */
  top: number;
  /** The same, as the row has it. */
  readonly origin: number;
  /** By what the stages have divided the logits so far. */
  divisor = 1;
  /** What tells more of its cells. */
  source: CellSource | undefined;
  /** How far the mass of all may be off besides what each rung says. */
  slack = 0;
  /** How many candidates there are at least, masked ones among them: the vocabulary, until a cut leaves fewer. */
  slots = 0;
  /** Mean and standard deviation of the whole row, where the read found them. */
  rowSpread: Omit<Spread, "doubt"> | undefined;
  /** Where decisions fell that this read could not make. */
  readonly noted: LogitRange[] = [];

  /** Whether the row's logits are float64: others are divided by the float32 nearest to a temperature. */
  readonly wide: boolean;

  /** An empty ladder below the largest logit. */
  constructor(top: number, wide: boolean) {
    this.wide = wide;
    this.top = top;
    this.origin = top;
  }

  /** Adds a token below the others, or a group of equal ones: then the id is -1. */
  pushEqual(x: number, id: number, ids?: Uint32Array): void {
    this.push(equalRung(x, this.top, id, ids));
  }

  /** Adds a rung below the others. */
  push(rung: Rung): void {
    this.rungs.push(rung);
    this.to = this.rungs.length;
  }

  /** The kept rungs. */
  get kept(): Rung[] {
    return this.from === 0 && this.to === this.rungs.length ? this.rungs : this.rungs.slice(this.from, this.to);
  }

  /** Whether all rungs are in the window, whole. */
  get whole(): boolean {
    return this.from === 0 && this.to === this.rungs.length && this.rungs.every(({ share }) => share === 1);
  }

  #sum(term: (rung: Rung) => number): number {
    let sum = 0;
    for (let i = this.from; i < this.to; i++) sum += term(this.rungs[i]);
    return sum;
  }

  /** How many tokens the window holds. */
  get count(): number {
    return this.#sum(({ n }) => n);
  }

  /** How many candidates there are, masked ones among them. */
  get candidates(): number {
    return Math.max(this.count, this.slots);
  }

  /** The mass of the window. */
  get mass(): number {
    return this.#sum(({ m }) => m);
  }

  /** How far that may be off. */
  get error(): number {
    return this.#sum((rung) => this.errorOf(rung)) + (this.to === this.rungs.length ? this.slack : 0);
  }

  /** How far the mass of a rung may be off. */
  errorOf(rung: Rung): number {
    const rounding = isCell(rung) && this.source ? rung.m * this.source.error(rung, this.divisor) : 0;
    return rung.massDoubt === 0 ? rounding : rounding + rung.massDoubt * exp(rung.upper - this.top);
  }

  /** Whether every kept token is known by its id. */
  get listed(): boolean {
    return this.kept.every((rung) => !isCell(rung) && !rung.unsure);
  }

  /** Whether it is known which tokens are kept. */
  get sure(): boolean {
    return this.kept.every(({ unsure }) => !unsure);
  }

  /** The entropy of the window in nats. */
  get entropy(): number {
    const { mass } = this;
    return Math.max(0, ln(mass) - this.#sum(({ h }) => h) / mass);
  }

  /** How far that may be off. */
  get entropyError(): number {
    const { mass, top, slack } = this;
    // More than 100 nats down there is next to no mass: neither it nor its error shows in the entropy, so the depth is capped.
    const error = this.#sum((rung) => this.errorOf(rung) * Math.min(100, 1 + top - rung.lower));
    return (2 * error + (this.to === this.rungs.length && slack > 0 ? ENTROPY_SLACK * mass : 0)) / mass;
  }

  /** The largest logit in the stage's scale, and how far it may be off. */
  largest(): readonly [x: number, doubt: number] {
    while (this.split(this.from));
    const { upper, lower, unsure } = this.rungs[this.from];
    if (!isCell(this.rungs[this.from]) && !unsure) return [upper, 0];
    this.note(this.from);
    return [(upper + lower) / 2, (upper - lower) / 2];
  }

  /** Splits rung i, a cell, into finer ones; gives whether that could be done. */
  split(i: number): boolean {
    const rung = this.rungs[i];
    if (!isCell(rung) || rung.share !== 1) return false;
    const parts = this.source?.split(rung, this.divisor);
    if (!parts) return false;
    this.replace(i, i + 1, parts);
    this.to += parts.length - 1;
    return true;
  }

  /** Puts other rungs in the place of those from i to before `end`. */
  replace(i: number, end: number, by: readonly Rung[]): void {
    this.rungs = this.rungs.slice(0, i).concat(by, this.rungs.slice(end));
  }

  /** Measures masses from the best kept token on, where what a stage dropped above it has made them next to nothing. */
  anchor(): void {
    const { kept } = this;
    if (kept.length === 0 || this.mass > VANISHING || kept.some(isCell)) return;
    this.top = kept[0].upper;
    for (const rung of kept) setLogit(rung, rung.upper, this.top);
  }

  /** Notes that a decision falls into rung i. */
  note(i: number): void {
    const rung = this.rungs[i], { rawLower, rawUpper } = rung;
    // A range ends before its `high`: where the upper bound may itself be a logit it reaches to the next number above.
    this.noted.push({ low: rawLower, high: isCell(rung) && !rung.closed ? rawUpper : nextAbove(rawUpper) });
  }

  /**
   * Notes where the window ends at a cell, as a range that may be empty: there the next read must part its sums, or one would hold tokens of
   * both sides.
   */
  noteEdges(): void {
    const { rungs, from, to } = this;
    if (to <= from) return;
    const last = rungs[to - 1], first = rungs[from];
    if (isCell(last)) this.#noteGap(last.rawLower, rungs[to]?.rawUpper);
    if (isCell(first)) this.#noteGap(rungs[from - 1]?.rawLower, first.rawUpper);
  }

  /** Notes the range between the bounds of two neighbours, of which one may be missing. */
  #noteGap(high: number | undefined, low: number | undefined): void {
    const ends = [high, low].filter((x) => x !== undefined && Math.abs(x) < Number.MAX_VALUE) as number[];
    if (ends.length > 0) this.noted.push({ low: Math.min(...ends), high: Math.max(...ends) });
  }

  /** Gives up: this read cannot tell something of the window. */
  giveUp(why: string): never {
    throw new ReadAgain(why);
  }

  /** Gives up: whether there are more tokens of a logit, as the row has it, must be known. */
  refuseTies(x: number): never {
    this.noted.push({ low: x, high: nextAbove(x) });
    throw new ReadAgain("equal logits at the cut");
  }

  /** Gives up: a decision falls into rung i that cannot even be guessed. */
  refuse(i: number, why: string): never {
    this.note(i);
    throw new ReadAgain(why);
  }

  /** Keeps `count` of the equal tokens of rung i: the lowest ids, or the highest. */
  keepPart(i: number, count: number, highest = false): void {
    const rung = this.rungs[i];
    if (count >= rung.n) return;
    if (rung.ids) rung.ids = highest ? rung.ids.subarray(rung.n - count) : rung.ids.subarray(0, count);
    keepShare(rung, count / rung.n);
    rung.n = count;
  }

  /** The logits of the best tokens. */
  best(count: number): number[] {
    const logits: number[] = [];
    for (let i = this.from; i < this.to && logits.length < count; i++) {
      if (isCell(this.rungs[i])) this.refuse(i, "the best tokens");
      for (let j = 0; j < this.rungs[i].n && logits.length < count; j++) logits.push(this.rungs[i].upper);
    }
    return logits;
  }
}

/** How far the entropy may be off that a sweep tells. */
const ENTROPY_SLACK = 1e-5;
/** Masses from here on down may have lost digits. */
const VANISHING = 1e-250;

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);

/** The next number above. */
function nextAbove(x: number): number {
  if (!(Math.abs(x) < Infinity)) return x;
  float[0] = x + 0;
  bits[0] = x === 0 ? 1n : bits[0] + (x > 0 ? 1n : -1n);
  return float[0];
}
