// The kept tokens, best first: what every cut works on, and what a row tells of them.
import { exp, ln, type Measure, TILE } from "../../../kernels/mod.ts";
import { BestPass, type ListedTokens, ListPass, NextPass, type RangeSums, SumsPass } from "../reads/_passes.ts";
import type { RowSource, Wanted } from "../reads/_row_source.ts";
import { type FineSums, WeighPass } from "../reads/_weigh_pass.ts";
import { Unsure } from "./_interrupts.ts";
import { EVERY, type LogitRange, nextAbove } from "./_logit_range.ts";
import { EqualRung, equalRungs, isSpan, type Rung, setLogit, SpanRung } from "./_rung.ts";

/** So few tokens are known one by one. */
export const FEW = 256;

/** Of all mass, so little: by less than 1e-5 a log-probability may be off. */
const LIGHT = 2 ** -17;
/** A cut that is off by one token is not off by more. */
const BLUR = 0.02;

/** So many tiles are a sample, or fewer, which hold so many tokens. */
const SAMPLED = 8;
const LEAST_SAMPLED = 2;
const SAMPLED_TOKENS = 1500;

/** Tokens with what they weigh relative to `top`. */
export interface WeighedTokens {
  readonly values: ArrayLike<number>;
  readonly ids: Uint32Array;
  readonly weights: Float64Array;
}

/** Those of a sample: of one tile in `step`, on the mean, whose tokens weigh `all` in all. */
export interface Sample extends WeighedTokens {
  readonly step: number;
  readonly all: number;
}

/**
 * The kept tokens, best first: equal ones by their ids, or by one range of logits that the row is asked about. What a cut drops is dropped
 * for good; a range that a cut divides is divided by its logits, exactly.
 */
export class Rungs {
  rungs: Rung[];
  /** The logit that masses are relative to, in the stage's scale. */
  top: number;
  /** The same, as the row has it. */
  readonly origin: number;
  /** By what the stages have divided the logits so far. */
  divisor = 1;
  /** How many candidates there are at least, masked ones among them: the vocabulary, until a cut leaves fewer. */
  slots = 0;

  /** All tokens of a row. `wide`: whether its logits are float64, which are divided by a temperature that is not rounded. */
  constructor(
    readonly source: RowSource,
    readonly wide: boolean,
    /** Whether sums are in float64, for a row of which the others cannot tell what is kept. */
    readonly fine = false,
    /** Whether a token that weighs next to nothing may be kept or not, as long as it is not drawn: see `blur`. */
    readonly loose = false,
  ) {
    this.top = this.origin = source.origin;
    this.rungs = [new SpanRung(EVERY)];
  }

  /** Begins with some of the best tokens instead, and a range of all that is not larger than `least`. */
  begin(best: readonly EqualRung[], least: number): void {
    const listed = best.filter(({ raw }) => raw > least);
    for (const rung of listed) setLogit(rung, rung.upper, this.top);
    this.rungs = least > -Infinity ? [...listed, new SpanRung({ low: -Infinity, high: nextAbove(least) })] : listed;
    this.#least = least;
  }

  /** The least of the best tokens that it began with. */
  #least: number | undefined;

  // What is kept.

  /** Whether every token is kept. */
  get whole(): boolean {
    return this.rungs.length === 1 && isEvery(this.rungs[0]);
  }

  get count(): number {
    return this.countIn(this.rungs);
  }

  get candidates(): number {
    return Math.max(this.count, this.slots);
  }

  get mass(): number {
    return this.massIn(this.rungs);
  }

  get entropy(): number {
    const { mass } = this;
    this.#isMade = true;
    return Math.max(0, ln(mass) - this.rungs.reduce((sum, rung) => sum + this.#momentOf(rung), 0) / mass);
  }

  get listed(): boolean {
    return !this.rungs.some(isSpan);
  }

  largest(): number {
    return this.largestOf(this.rungs);
  }

  /** The largest logit of some rungs, best first, in the stage's scale. */
  largestOf([first]: readonly Rung[]): number {
    return isSpan(first) ? this.largestBelow(first.range.high) / this.divisor : first.upper;
  }

  /** The largest logit of the row below a bound, as the row has it. */
  largestBelow(high: number): number {
    if (high > this.origin) return this.origin;
    return this.ask(`below ${high}`, () => new NextPass(high, false)) as number;
  }

  /** The smallest logit of the row from a bound on, as the row has it. */
  smallestFrom(low: number): number {
    return this.ask(`from ${low}`, () => new NextPass(low, true)) as number;
  }

  // What the row tells.

  /** A finding of a pass over the row. */
  ask(key: string, make: Wanted["make"]): unknown {
    return this.source.run([{ key, divisor: 1, make }])[0];
  }

  /** What a range adds up to. */
  #sumsOf(range: LogitRange, measure: Measure): RangeSums {
    return this.source.run([this.#wanted(range, measure)])[0] as RangeSums;
  }

  #wanted(range: LogitRange, measure: Measure): Wanted {
    const { divisor } = this, key = `${measure} ${range.low} ${range.high} by ${divisor}`;
    return { key, divisor, make: () => new SumsPass(range, measure) };
  }

  /** The sums of a range in float64. */
  #fineOf(span: SpanRung): FineSums {
    return span.fine ??= this.source.run([this.#wantedFine(span.range)])[0] as FineSums;
  }

  #wantedFine(range: LogitRange): Wanted {
    const { origin, divisor, source: { vocabulary } } = this, key = `fine ${range.low} ${range.high} by ${divisor}`;
    return { key, divisor: 1, make: () => new WeighPass(range, { origin, divisor, vocabulary }) };
  }

  /** What a mass of the source's is relative to `top`. */
  get #fromOrigin(): number {
    return exp(this.origin / this.divisor - this.top);
  }

  /** Finds out what rungs add up to, in one go. */
  sumAll(rungs: readonly Rung[]): void {
    const spans = rungs.filter(isSpan).filter(({ sums, fine }) => !sums && !fine);
    if (this.fine) {
      const found = this.source.run(spans.map(({ range }) => this.#wantedFine(range))) as FineSums[];
      spans.forEach((span, i) => span.fine = found[i]);
      return;
    }
    const found = this.source.run(spans.map(({ range }) => this.#wanted(range, "mass"))) as RangeSums[];
    spans.forEach((span, i) => span.sums = found[i]);
  }

  /** The mass of a sum of the row's, relative to `top`: its logarithm. */
  #logOf({ mantissa, exponent }: RangeSums): number {
    const { divisor, source: { total, perLogit }, origin, top } = this;
    if (!(mantissa > 0)) return -Infinity;
    const from = divisor === 1 ? total : UNIT, ratio = ln(mantissa / from.mantissa) / LN2;
    return from.logSum + (exponent - from.exponent + ratio) / perLogit + (origin / divisor - top);
  }

  /** The mass of some rungs. */
  massIn(rungs: readonly Rung[]): number {
    return rungs.reduce((sum, rung) => sum + this.massOf(rung), 0);
  }

  /** How many tokens some rungs hold. */
  countIn(rungs: readonly Rung[]): number {
    return rungs.reduce((sum, rung) => sum + this.countOf(rung), 0);
  }

  massOf(rung: Rung): number {
    if (!isSpan(rung)) return rung.m;
    if (this.fine) return this.#fineOf(rung).mass * this.#fromOrigin;
    // The mass of all needs no pass.
    if (!rung.sums && this.divisor === 1 && isEvery(rung)) {
      return exp(this.source.total.logSum + (this.origin - this.top));
    }
    return exp(this.#logOf(rung.sums ??= this.#sumsOf(rung.range, "mass")));
  }

  countOf(rung: Rung): number {
    if (this.fine && isSpan(rung)) return this.#fineOf(rung).n;
    return isSpan(rung) ? (rung.sums ??= this.#sumsOf(rung.range, "mass")).n : rung.n;
  }

  #momentOf(rung: Rung): number {
    if (!isSpan(rung)) return rung.m > 0 ? rung.m * (rung.upper - this.top) : 0;
    if (this.fine) {
      const { mass, moment } = this.#fineOf(rung);
      return (moment + mass * (this.origin / this.divisor - this.top)) * this.#fromOrigin;
    }
    const sums = rung.moments ??= this.#sumsOf(rung.range, "moments");
    if (!(sums.mantissa > 0)) return 0;
    const { divisor, origin, top } = this, mean = (sums.exponent + sums.mean) / this.source.perLogit;
    return exp(this.#logOf(sums)) * (mean - (divisor === 1 ? top : top - origin / divisor));
  }

  squares(): number {
    const { mass, divisor, origin, top } = this;
    this.#isMade = true;
    const { total, perLogit } = this.source;
    const square = (rung: Rung): number => {
      if (!isSpan(rung)) return rung.m * rung.m / rung.n;
      if (this.fine) return this.#fineOf(rung).squares * this.#fromOrigin ** 2;
      const { mantissa, exponent } = rung.squares ??= this.#sumsOf(rung.range, "squares");
      if (!(mantissa > 0)) return 0;
      const from = divisor === 1 ? total : UNIT;
      const ratio = ln(mantissa / (from.mantissa * from.mantissa)) / LN2;
      return exp(2 * (from.logSum + origin / divisor - top) + (exponent - 2 * from.exponent + ratio) / perLogit);
    };
    return this.rungs.reduce((sum, rung) => sum + square(rung), 0) / (mass * mass);
  }

  best(count: number): number[] {
    this.listBest(count);
    const logits: number[] = [];
    for (const rung of this.rungs) {
      if (isSpan(rung)) break;
      for (let i = 0; i < rung.n && logits.length < count; i++) logits.push(rung.upper);
    }
    return logits;
  }

  snapshot(): (id: number, logit: number) => number | undefined {
    this.listBest(FEW);
    const { mass, top, divisor, listed } = this;
    const known = new Map<number, number>();
    for (const rung of this.rungs) {
      if (!isSpan(rung)) { for (const id of rung.ids) known.set(id, rung.m / rung.n / mass); }
    }
    return (id, logit) =>
      known.get(id) ?? (listed || Number.isNaN(logit) ? undefined : exp(logit / divisor - top) / mass);
  }

  /** How far, relatively, what was asked for may be off: what is made of sums more than they are. */
  get doubt(): number {
    return this.#isMade ? 2 * SUM_ERROR : SUM_ERROR;
  }

  #isMade = false;

  /** Whether the sums tell enough: a threshold that hangs on them must not lie so near to a token. */
  requireSure(t: number): void {
    if (this.fine || this.listed) return;
    const low = (t - this.doubt) * this.divisor, high = (t + this.doubt) * this.divisor;
    if (this.countIn([new SpanRung({ low, high })]) > 0) throw new Unsure();
  }

  /** Where a cut lies that the sums cannot tell from one beside it. */
  readonly blurred: LogitRange[] = [];

  /**
   * A cut lies at a logit, or at one beside it: the sums do not tell. Refused, unless the tokens there weigh so little that no log-probability
   * shows it, and it is enough to know better if one of them is drawn.
   */
  blur(x: number, share: number): void {
    if (!this.loose || share > LIGHT) throw new Unsure();
    this.blurred.push({ low: x - BLUR * this.divisor, high: x + BLUR * this.divisor });
  }

  // Tokens one by one.

  /** The tokens of a range, equal ones together, best first. */
  list(range: LogitRange): EqualRung[] {
    const { values, ids } = this.#listed(range), rungs = equalRungs(values, ids, (x) => x / this.divisor);
    for (const rung of rungs) setLogit(rung, rung.upper, this.top);
    return rungs;
  }

  #listed(range: LogitRange): ListedTokens {
    const { divisor } = this, key = `list ${range.low} ${range.high} by ${divisor}`;
    return this.source.run([{ key, divisor, make: () => new ListPass(range, this.#unit.exponent) }])[0] as ListedTokens;
  }

  /** In which unit tokens are listed. */
  get #unit(): RangeSums {
    return { n: 1, mantissa: 1, exponent: this.divisor === 1 ? this.source.total.exponent : 0, mean: 0 };
  }

  /** The tokens of a range with what they weigh. */
  tokensOf(range: LogitRange): WeighedTokens {
    return this.#weighed(this.#listed(range));
  }

  #weighed({ values, shares, ids }: ListedTokens): WeighedTokens {
    const { divisor, top } = this, unit = exp(this.#logOf(this.#unit)), weights = new Float64Array(shares.length);
    for (let i = 0; i < shares.length; i++) {
      weights[i] = Number.isNaN(shares[i]) ? exp(values[i] / divisor - top) : shares[i] * unit;
    }
    return { values, ids, weights };
  }

  /** A sample of the tokens of a range, of whole tiles; nothing where there are too few of these. */
  sampleOf(range: LogitRange): Sample | undefined {
    const { source, divisor } = this, tiles = Math.ceil(source.vocabulary / TILE);
    if (!source.sample || tiles < 2 * SAMPLED) return undefined;
    const first = new ListPass(range, 0);
    source.sample(tiles, divisor, [first]);
    const wanted = Math.max(LEAST_SAMPLED, Math.min(SAMPLED, Math.ceil(SAMPLED_TOKENS / first.result().ids.length)));
    const step = Math.floor(tiles / wanted);
    const sums = new SumsPass(EVERY, "mass"), list = new ListPass(range, this.#unit.exponent);
    source.sample(step, divisor, [sums, list]);
    const sampled = Math.ceil(tiles / step);
    return { ...this.#weighed(list.result()), step: tiles / sampled, all: exp(this.#logOf(sums.result())) };
  }

  /** The same ladder with sums that are found quickly: for what need not be sure. */
  get coarse(): Rungs {
    if (!this.fine) return this;
    const coarse = new Rungs(this.source, this.wide);
    coarse.divisor = this.divisor;
    coarse.top = this.top;
    return coarse;
  }

  /** Lists all that is kept, if it is few. */
  listFew(): void {
    if (!this.listed && this.count <= FEW) this.listAll();
  }

  /** Lists all that is kept. */
  listAll(): void {
    if (!this.listed) this.rungs = this.rungs.flatMap((rung) => isSpan(rung) ? this.list(rung.range) : [rung]);
  }

  /** Lists the row's best tokens, and those that equal the last of them, as far as they are kept. */
  listBest(count: number): void {
    if (this.listed) return;
    const least = this.#least ?? this.ask(`best ${count}`, () => new BestPass(count)) as number;
    this.rungs = this.rungs.flatMap((rung) => {
      if (!isSpan(rung) || rung.range.high <= least) return [rung];
      const { low, high } = rung.range;
      if (low >= least) return this.list(rung.range);
      return [...this.list({ low: least, high }), new SpanRung({ low, high: least })];
    }).filter((rung) => !isSpan(rung) || this.countOf(rung) > 0);
  }

  /** A range from its upper end down to a logit of the row: what lies above that, and all that equals it. */
  parted(
    { high }: LogitRange,
    x: number,
    ids?: Uint32Array,
  ): { readonly above: SpanRung; readonly group: EqualRung } {
    const next = nextAbove(x), above = new SpanRung({ low: next, high });
    if (!ids || ids.length === 0) return { above, group: this.list({ low: x, high: next })[0] };
    const group = new EqualRung(ids, x + 0, x / this.divisor);
    setLogit(group, group.upper, this.top);
    return { above, group };
  }

  /** Measures masses from the best kept token on, where what a stage dropped above it has made them next to nothing. */
  anchor(): void {
    const [first] = this.rungs;
    if (!first || isSpan(first) || this.mass > VANISHING) return;
    this.top = first.upper;
    for (const rung of this.rungs) if (!isSpan(rung)) setLogit(rung, rung.upper, this.top);
  }
}

function isEvery(rung: Rung): boolean {
  return isSpan(rung) && rung.range.low === -Infinity && rung.range.high === Infinity;
}

/** How far, relatively, a sum may be off: of equal weights, which are all rounded alike, ... */
export const SUM_ERROR = 2 ** -19;
/** ... and of others. */
export const MIXED_SUM_ERROR = 2 ** -22;
const LN2 = Math.LN2;
/** Weights of divided logits are relative to the largest of them: their sum is what it is. */
const UNIT = { mantissa: 1, exponent: 0, logSum: 0 } as const;
/** Masses from here on down may have lost digits. */
const VANISHING = 1e-250;
