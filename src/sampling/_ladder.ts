import { exp, ln } from "../../kernels/mod.ts";
import type { Ties } from "./ties.ts";

/** What a rung is, where it is not one token: many tokens in sum, or equal tokens whose ids are known. */
export const CELL = -1;
export const GROUP = -2;

/** Half a float32 step of 1: a mass this close to the one that is wanted has reached it. */
const HALF_STEP = 2 ** -24;

/** A question that this read of the row cannot answer. */
export class Undecided {
  constructor(readonly why: string) {}
}

/** Where the kept tokens end, in the order "value down, id up": this token is the last (or the first) one in. */
export interface Border {
  readonly x: number;
  readonly id: number;
  /** Of the equal tokens, those with ids up to `id` are in (`"up"`), or those from `id` on (`"down"`). */
  readonly side: "up" | "down";
}

/**
 * What is known of a row's distribution, best first: single tokens, groups of equal tokens, and cells, which are runs of tokens
 * known by their sums only. Every truncator narrows the window `[from, to)`; a decision inside a cell is asked for, and the next
 * read has that cell's tokens one by one.
 */
export class Ladder {
  /** Its id; -1 for a cell, -2 for a group. */
  readonly id: number[] = [];
  /** The logit, in the stage's scale; of a cell the largest. */
  readonly x: number[] = [];
  /** The smallest logit. */
  readonly low: number[] = [];
  /** How many tokens. */
  readonly n: number[] = [];
  /** Their mass, `sum e^(x - top)`. */
  readonly m: number[] = [];
  /** `sum e^(x - top) (x - top)`. */
  readonly h: number[] = [];
  /** `sum e^(2 (x - top))`. */
  readonly q: number[] = [];
  /** The largest and the smallest logit as the row has them, before any temperature here. */
  readonly high: number[] = [];
  /** See `high`. */
  readonly deep: number[] = [];
  /** Its cell in the histogram. */
  readonly cell: number[] = [];
  /** How many rungs there are. */
  size = 0;
  /** The first kept rung. */
  from = 0;
  /** One past the last. */
  to = 0;
  /** The logit that masses are relative to. */
  top: number;
  /** How far the mass of the last rung may be off: the sweep's rounding. */
  slack = 0;
  /** How far the entropy may be off. */
  slackEntropy = 0;
  /** The largest logit as the row has it. */
  readonly origin: number;
  /** Mean and standard deviation of the whole row, where the read found them. */
  rowSpread: { readonly mean: number; readonly deviation: number } | undefined;
  /** Set while guessing: takes the cells that decisions fall into. */
  asked: Set<number> | undefined;
  /** The temperatures, one after the other, at which the sums of cells are known, and how many have been applied. */
  temperatures: readonly number[] = [];
  /** See `temperatures`. */
  scaled = 0;
  /** Their product. */
  divisor = 1;
  /** Mass, moment and sum of squares of a cell after so many temperatures. */
  sums: ((cell: number, scaled: number) => readonly [number, number, number]) | undefined;
  /** Sum and sum of squares of `top - x` over a cell, in the first scale. */
  moments: ((cell: number) => readonly [number, number]) | undefined;
  /** Of groups: which group of the histogram. */
  groups: Map<number, number> | undefined;
  /** Whether a group has been cut. */
  parted = false;
  /** Of groups: how many of the lowest ids are cut off. */
  skipped: Map<number, number> | undefined;

  /** An empty ladder below the largest logit. */
  constructor(top: number) {
    this.top = top;
    this.origin = top;
  }

  /** Adds a rung of equal tokens below the others. */
  push(id: number, x: number, n = 1, cell = 0): void {
    const i = this.size++;
    const d = x - this.top;
    const weight = x === -Infinity ? 0 : exp(d);
    this.id[i] = id;
    this.cell[i] = cell;
    this.x[i] = this.low[i] = x;
    this.high[i] = this.deep[i] = x;
    this.n[i] = n;
    this.m[i] = n * weight;
    this.h[i] = weight === 0 ? 0 : n * weight * d;
    this.q[i] = n * weight * weight;
    this.to = this.size;
  }

  /** Adds a cell below the others. */
  pushCell(cell: number, high: number, low: number, n: number, m: number, h: number, q: number): void {
    const i = this.size++;
    this.id[i] = CELL;
    this.cell[i] = cell;
    this.x[i] = this.high[i] = high;
    this.low[i] = this.deep[i] = low;
    this.n[i] = n;
    this.m[i] = m;
    this.h[i] = h;
    this.q[i] = q;
    this.to = this.size;
  }

  /** Whether a rung is known by its sums only. */
  isCell(i: number): boolean {
    return this.id[i] === CELL;
  }

  /** Whether the window holds cells. */
  get open(): boolean {
    for (let i = this.to - 1; i >= this.from; i--) if (this.id[i] === CELL) return true;
    return false;
  }

  /** Whether the window holds single tokens only. */
  get listed(): boolean {
    for (let i = this.from; i < this.to; i++) if (this.id[i] < 0) return false;
    return true;
  }

  /** How many tokens the window holds. */
  get count(): number {
    let count = 0;
    for (let i = this.from; i < this.to; i++) count += this.n[i];
    return count;
  }

  /** The mass of the window. */
  get mass(): number {
    let mass = 0;
    for (let i = this.from; i < this.to; i++) mass += this.m[i];
    return mass;
  }

  /** How far that may be off. */
  get error(): number {
    return this.to === this.size ? this.slack : 0;
  }

  /** The entropy of the window in nats. */
  get entropy(): number {
    let mass = 0, moment = 0;
    for (let i = this.from; i < this.to; i++) {
      mass += this.m[i];
      moment += this.h[i];
    }
    return Math.max(0, ln(mass) - moment / mass);
  }

  /** Mean and population standard deviation of the window's logits, or `undefined` if this read cannot tell. */
  spread(): { readonly mean: number; readonly deviation: number } | undefined {
    const base = this.listed ? this.x : this.high;
    const scale = this.listed ? 1 : this.divisor;
    const zero = base[this.from];
    let n = 0, sum = 0, squares = 0;
    for (let i = this.from; i < this.to; i++) {
      const [s, q] = this.id[i] === CELL ? this.#cellMoments(i, zero) : [0, 0];
      if (Number.isNaN(s)) return this.from === 0 && this.to === this.size ? this.rowSpread : undefined;
      const d = this.id[i] === CELL ? 0 : base[i] - zero;
      n += this.n[i];
      sum += s + this.n[i] * d;
      squares += q + this.n[i] * d * d;
    }
    const mean = sum / n;
    return { mean: (zero + mean) / scale, deviation: Math.sqrt(Math.max(0, squares / n - mean * mean)) / scale };
  }

  /** Sum and sum of squares of `x - zero` over a cell. */
  #cellMoments(i: number, zero: number): readonly [number, number] {
    if (!this.moments) return [NaN, NaN];
    const [s, q] = this.moments(this.cell[i]);
    const b = this.origin - zero;
    return [this.n[i] * b - s, q - 2 * b * s + this.n[i] * b * b];
  }

  /** Notes that a decision falls into rung i: while guessing, to be listed next time; else the row must be read again. */
  ask(i: number, why: string): void {
    if (!this.asked) throw new Undecided(why);
    this.asked.add(this.cell[i]);
  }

  /** Ends the window with the first `count` tokens of rung i, and what the tie rule keeps beside them. */
  endWith(i: number, count: number, ties: Ties): void {
    let end = i + 1;
    if (ties !== "lowestId") {
      while (end < this.to && this.id[end] !== CELL && this.x[end] === this.x[i]) end++;
      if (end < this.to && this.id[end] === CELL && this.x[end] >= this.x[i]) this.ask(end, "equal logits at the cut");
    }
    if (ties === "all") this.to = end;
    else if (ties === "highestId" && end > i) this.#keepHighest(i, count, end);
    else this.#keepPart(i, count, false);
  }

  #keepPart(i: number, count: number, highest: boolean): void {
    this.to = i + 1;
    if (count >= this.n[i]) return;
    const share = count / this.n[i];
    this.parted = true;
    if (highest) (this.skipped ??= new Map()).set(i, (this.skipped.get(i) ?? 0) + this.n[i] - count);
    this.n[i] = count;
    this.m[i] *= share;
    this.h[i] *= share;
    this.q[i] *= share;
  }

  /** Of the tie group that ends before `end` and is cut after rung i, keeps the highest ids. */
  #keepHighest(i: number, count: number, end: number): void {
    if (this.id[i] === GROUP) return this.#keepPart(i, count, true);
    let begin = i;
    while (begin > this.from && this.x[begin - 1] === this.x[i] && this.id[begin - 1] >= 0) begin--;
    // Equal tokens differ in their ids alone.
    const kept = i + 1 - begin;
    this.id.copyWithin(begin, end - kept, end);
    this.to = i + 1;
  }

  /** Keeps the best k tokens. */
  keepCount(k: number, ties: Ties): void {
    let seen = 0;
    for (let i = this.from; i < this.to; seen += this.n[i++]) {
      if (seen + this.n[i] < k) continue;
      if (this.id[i] === CELL) {
        if (seen + this.n[i] === k && i + 1 < this.size) this.to = i + 1;
        else this.#askAndEnd(i, "the k-th token");
      } else this.endWith(i, k - seen, ties);
      return;
    }
  }

  #askAndEnd(i: number, why: string): void {
    this.ask(i, why);
    this.to = i + 1;
  }

  /** Keeps the fewest best tokens that hold a share p of the window's mass, and at least some. */
  keepMass(p: number, least: number, ties: Ties): void {
    const wanted = (p - HALF_STEP) * this.mass;
    const doubt = p * this.error;
    let before = 0, seen = 0;
    for (let i = this.from; i < this.to; i++) {
      const after = before + this.m[i];
      if (after >= wanted - doubt) {
        if (this.id[i] === CELL) return this.#askAndEnd(i, "where the mass is reached");
        if (after < wanted + doubt) this.ask(i, "a mass too near the wanted one");
        const count = Math.max(this.#reach(i, wanted - before), least - seen);
        if (count <= this.n[i]) return this.endWith(i, Math.max(1, count), ties);
      }
      before = after;
      seen += this.n[i];
    }
  }

  /** How many tokens of rung i hold a mass. */
  #reach(i: number, mass: number): number {
    return Math.ceil(mass / (this.m[i] / this.n[i]));
  }

  /** Keeps the tokens whose logit is at least `t`, and the best `least`. `doubt`: how far `t` may be off. */
  keepFrom(t: number, least: number, doubt = 0, strict = false): void {
    let end = this.from, seen = 0;
    for (; end < this.to; end++) {
      const x = this.x[end];
      if (this.id[end] === CELL) {
        if (this.low[end] > t + doubt) continue;
        if (x < t - doubt) break;
        this.ask(end, "where the threshold lies");
        end++;
        break;
      }
      if (doubt > 0 && Math.abs(x - t) <= doubt) this.ask(end, "a logit too near the threshold");
      if (strict ? !(x > t) : !(x >= t)) break;
    }
    for (let i = this.from; i < end; i++) seen += this.n[i];
    if (seen < least) this.keepCount(least, "lowestId");
    else this.to = end;
  }

  /** Keeps the tokens of at least a log-probability, and the best `least`. */
  keepProbable(logprob: number, least: number, more = 0): void {
    const { mass, error } = this;
    const doubt = error > 0 || more > 0 ? (error > 0 ? error / mass + 1e-9 : 0) + more : 0;
    this.keepFrom(this.top + ln(mass) + logprob, least, doubt);
  }

  /** How far the entropy of the window may be off. */
  get entropyError(): number {
    return this.error > 0 ? this.slackEntropy : 0;
  }

  /** Bounds of `sum e^(2 (x - top))` over the window, relative to its mass. */
  squares(): readonly [number, number] {
    let least = 0, most = 0;
    for (let i = this.from; i < this.to; i++) {
      const known = !Number.isNaN(this.q[i]);
      least += known ? this.q[i] : 0;
      // No token of a cell weighs more than its largest.
      most += known ? this.q[i] : this.m[i] * exp(this.x[i] - this.top);
    }
    const { mass, error } = this;
    return [least / (mass + error), most / (mass - error)];
  }

  /** Keeps the longest run from the top whose entropy terms hold at most a share `h`. */
  keepEntropy(h: number): void {
    const { mass } = this;
    const logMass = ln(mass);
    const term = (i: number): number => {
      const p = this.m[i] / this.n[i] / mass;
      return p > 0 ? -this.n[i] * p * (this.x[i] - this.top - logMass) : 0;
    };
    let whole = 0;
    for (let i = this.from; i < this.to; i++) whole += term(i);
    // Rounding must not cut a run that holds all of the entropy.
    const most = h * whole * (1 + 1e-12);
    let sum = 0;
    for (let i = this.from; i < this.to; i++) {
      const all = term(i);
      if (sum + all <= most) {
        sum += all;
        continue;
      }
      const part = Math.min(this.n[i] - 1, Math.floor((most - sum) / (all / this.n[i])));
      if (i > this.from && part < 1) this.to = i;
      else this.#keepPart(i, Math.max(1, part), false);
      return;
    }
  }

  /** Keeps the tokens whose surprise is nearest to the entropy. */
  keepTypical(p: number, least: number): void {
    const { mass, entropy, error, entropyError } = this;
    // -ln P - H = (top + ln mass - H) - x.
    const centre = this.top + ln(mass) - entropy;
    const near = (i: number): number =>
      this.id[i] === CELL && this.low[i] < centre && this.x[i] > centre
        ? 0
        : Math.min(Math.abs(this.x[i] - centre), Math.abs(this.low[i] - centre));
    const rungs = Array.from({ length: this.to - this.from }, (_, i) => this.from + i);
    const distance = new Map(rungs.map((i) => [i, near(i)]));
    rungs.sort((a, b) => distance.get(a)! - distance.get(b)! || a - b);
    const wanted = (p - HALF_STEP) * mass, doubt = p * error;
    let sum = 0, seen = 0, reach = -1;
    for (const i of rungs) {
      const d = distance.get(i)!;
      if (reach >= 0 && d > reach + 2 * entropyError) break;
      if (reach >= 0 && (this.id[i] === CELL || (d !== reach && Math.abs(d - reach) <= 2 * entropyError))) {
        this.ask(i, "the typical range's end");
      }
      sum += this.m[i];
      seen += this.n[i];
      if (reach >= 0 || sum < wanted - doubt) continue;
      if (sum < wanted + doubt) this.ask(i, "a mass too near the wanted one");
      if (this.id[i] === CELL) this.ask(i, "the typical range's end");
      if (seen >= least) reach = d;
    }
    if (reach < 0) return;
    this.#askStraddling(rungs, distance, centre, reach);
    const kept = rungs.filter((i) => distance.get(i)! <= reach);
    const first = kept.reduce((a, b) => Math.min(a, b)), last = kept.reduce((a, b) => Math.max(a, b));
    this.from = first;
    this.to = last + 1;
  }

  /** A cell that lies partly within the range must be listed. */
  #askStraddling(rungs: readonly number[], distance: Map<number, number>, centre: number, reach: number): void {
    for (const i of rungs) {
      if (this.id[i] !== CELL || distance.get(i)! > reach) continue;
      const far = Math.max(Math.abs(this.x[i] - centre), Math.abs(this.low[i] - centre));
      if (far > reach) this.ask(i, "the typical range's end");
    }
  }

  /** Drops all but the last of the tokens of at least a log-probability, if `least` stay. */
  dropTop(logprob: number, least: number): void {
    const { mass, error } = this;
    const t = this.top + ln(mass) + logprob, doubt = error > 0 ? error / mass + 1e-9 : 0;
    let last = -1;
    for (let i = this.from; i < this.to; i++) {
      if (this.id[i] === CELL ? this.x[i] >= t - doubt : Math.abs(this.x[i] - t) <= doubt && doubt > 0) {
        this.ask(i, "a top choice");
      }
      if (!(this.x[i] >= t)) break;
      last = i;
    }
    if (last < this.from || (last === this.from && this.n[last] === 1)) return;
    let left = 1;
    for (let i = last + 1; i < this.to; i++) left += this.n[i];
    if (left < least) return;
    this.from = last;
    if (this.n[last] > 1) this.#keepLast(last);
  }

  /** Of a group keeps the highest id alone. */
  #keepLast(i: number): void {
    const { to } = this;
    this.#keepPart(i, 1, true);
    this.to = to;
  }

  /** The logits of the best tokens. */
  best(count: number): number[] {
    const logits: number[] = [];
    for (let i = this.from; i < this.to && logits.length < count; i++) {
      if (this.id[i] === CELL) this.ask(i, "the best tokens");
      for (let j = 0; j < this.n[i] && logits.length < count; j++) logits.push(this.x[i]);
    }
    return logits;
  }

  /** The probability of each listed token, as it stands now. */
  snapshot(): (id: number, logit: number) => number | undefined {
    const { mass, top, divisor } = this;
    if (this.listed) {
      const known = new Map<number, number>();
      for (let i = this.from; i < this.to; i++) known.set(this.id[i], this.m[i] / mass);
      return (id) => known.get(id);
    }
    return (_id, logit) => Number.isNaN(logit) ? undefined : exp(logit / divisor - top) / mass;
  }

  /** Divides the logits by a temperature; gives whether that could be done, for cells are known at some temperatures only. */
  scale(t: number): boolean {
    if (this.open && this.temperatures[this.scaled] !== t) return false;
    const top = this.top / t;
    this.scaled++;
    this.divisor *= t;
    for (let i = this.from; i < this.to; i++) {
      if (this.id[i] !== CELL) this.#set(i, this.x[i] / t, top);
      else this.#setCell(i, t);
    }
    this.top = top;
    return true;
  }

  #setCell(i: number, t: number): void {
    const sums = this.sums!(this.cell[i], this.scaled);
    this.x[i] /= t;
    this.low[i] /= t;
    [this.m[i], this.h[i], this.q[i]] = sums;
  }

  /** Gives each token of a listed window another logit, and sorts anew. */
  rewrite(logit: (x: number, id: number) => number): void {
    const kept = Array.from({ length: this.to - this.from }, (_, i) => {
      const id = this.id[this.from + i];
      return { id, x: logit(this.x[this.from + i], id), high: this.high[this.from + i] };
    });
    kept.sort((a, b) => a.x === b.x ? a.id - b.id : a.x < b.x ? 1 : -1);
    this.top = kept.length > 0 && kept[0].x > -Infinity ? kept[0].x : 0;
    kept.forEach(({ id, x, high }, i) => {
      this.id[this.from + i] = id;
      this.high[this.from + i] = this.deep[this.from + i] = high;
      this.n[this.from + i] = 1;
      this.#set(this.from + i, x, this.top);
    });
  }

  #set(i: number, x: number, top: number): void {
    const d = x - top;
    const weight = x === -Infinity ? 0 : exp(d);
    this.x[i] = this.low[i] = x;
    this.m[i] = this.n[i] * weight;
    this.h[i] = weight === 0 ? 0 : this.n[i] * weight * d;
    this.q[i] = this.n[i] * weight * weight;
  }
}
