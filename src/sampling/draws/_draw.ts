// Which of the kept tokens are drawn.
import { exp, ln } from "../../../kernels/mod.ts";
import { heapOf, offer, ranked } from "../../row/mod.ts";
import { firstAt } from "../../row/inside.ts";
import { exponential, type Noise, Purpose } from "./_noise.ts";
import { drawsAhead, type Token } from "./_proposals.ts";
import { Unsure } from "../cuts/_interrupts.ts";
import type { LogitRange } from "../cuts/_logit_range.ts";
import { type EqualRung, isSpan, type Rung } from "../cuts/_rung.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import { FEW } from "../cuts/_rungs.ts";
import type { TokenLogprob } from "../sample.ts";

/** A drawn token. */
export interface Drawn extends TokenLogprob {
  /** Its logit as this read has it. */
  readonly logit: number;
}

/** Independent draws from the whole row, in the order in which they are to be taken, and from a range of it. */
export interface Draws {
  readonly fromRow: Iterable<Token>;
  from(range: LogitRange): Iterable<Token>;
}

/**
 * Draws tokens without replacement from what a ladder keeps.
 *
 * A token drawn from the whole row and kept is a fair draw from what is kept, and one that is not taken yet a fair draw from the rest: so
 * the tokens drawn from the row come first. For the n-th draw only so many of them are looked at as n says, however many are drawn: the
 * first of many draws are those of few. When these are used up, a fresh draw is made of what is kept.
 */
export function drawFrom(ladder: RungLadder, draws: number, noise: Noise, made: Draws): Drawn[] {
  const drawn = new DrawnTokens(ladder), wanted = draws === 1 ? 1 : Math.min(draws, ladder.count);
  const ahead = made.fromRow[Symbol.iterator]();
  const fresh = new FreshDraws(ladder, drawn, wanted, noise, made);
  let seen = 0;
  while (drawn.tokens.length < wanted) {
    const limit = drawsAhead(drawn.tokens.length + 1);
    let token: Placed | undefined;
    for (; !token && seen < limit; seen++) token = drawn.place(ahead.next().value);
    token ??= fresh.next();
    if (!token) break;
    drawn.add(token);
  }
  const logMass = ln(ladder.mass), alone = ladder.listed && ladder.count === 1;
  // A rounding of the mass must not make a logarithm positive, or a certain token uncertain.
  const logprobOf = (logit: number) => alone ? 0 : Math.min(0, logit - ladder.top - logMass);
  return drawn.tokens.map(({ id, x, logit: scaled }) => ({ id, logit: x, logprob: logprobOf(scaled) }));
}

/** A kept token with its logit in the ladder's scale. */
interface Placed extends Token {
  readonly logit: number;
  readonly rung: Rung;
}

/** Draws from what is kept and not drawn yet. */
class FreshDraws {
  /** The tokens drawn from the range, and the race: each is begun when it is first needed. */
  #span: Iterator<Token> | undefined;
  #race: Iterator<Placed> | undefined;
  #begun = false;

  constructor(
    readonly ladder: RungLadder,
    readonly drawn: DrawnTokens,
    readonly wanted: number,
    readonly noise: Noise,
    readonly made: Draws,
  ) {}

  /** The next token; `undefined` if nothing that is left weighs anything. */
  next(): Placed | undefined {
    const { ladder, drawn } = this, { length } = drawn.tokens;
    if (!this.#begun) this.#begin();
    if (!this.#race) {
      // One draw costs less by the distribution function, many by a race, which needs all tokens one by one.
      if (length === 0 || !ladder.listed) return this.#invert(this.noise.uniform(Purpose.list, length));
      this.#race = raceTokens(ladder, this.wanted, this.noise)[Symbol.iterator]();
    }
    for (let next = this.#race.next(); !next.done; next = this.#race.next()) {
      if (!drawn.has(next.value.id)) return next.value;
    }
    return undefined;
  }

  /** The best are drawn one by one, whatever the cuts before have made of them. */
  #begin(): void {
    this.#begun = true;
    const { ladder, drawn } = this;
    ladder.listFew();
    ladder.listBest(FEW);
    drawn.replace();
  }

  /** A fair draw by a uniform number: the inverse distribution function over the rungs, best first. */
  #invert(u: number): Placed | undefined {
    const { ladder, drawn } = this;
    let wanted = u * drawn.rest, last: Rung | undefined;
    for (const rung of ladder.rungs) {
      const left = drawn.left(rung);
      if (!(left > 0)) continue;
      last = rung;
      if (wanted < left) break;
      wanted -= left;
    }
    if (!last) return undefined;
    if (isSpan(last)) return this.#fromSpan(last.range);
    const share = Math.min(1, wanted / drawn.left(last));
    const id = memberAt(last.ids, drawn.lost(last), share);
    return { id, x: last.rawOf(id), rung: last, logit: last.upper };
  }

  /** A token of the range: the next that was drawn from it. */
  #fromSpan(range: LogitRange): Placed | undefined {
    const tokens = this.#span ??= this.made.from(range)[Symbol.iterator]();
    for (let next = tokens.next(); !next.done; next = tokens.next()) {
      const token = this.drawn.place(next.value);
      if (token) return token;
    }
    // So many draws gave nothing new: what is left is few, or weighs little.
    this.ladder.listAll();
    this.drawn.replace();
    return this.next();
  }
}

/** The first tokens of a race, best first: each has its mass over an exponential variate of its own. */
function* raceTokens(ladder: RungLadder, wanted: number, noise: Noise): Iterable<Placed> {
  const best = heapOf(wanted);
  const rungs: EqualRung[] = [], starts: number[] = [];
  let number = 0;
  for (const rung of ladder.rungs as EqualRung[]) {
    if (!(rung.m > 0)) continue;
    rungs.push(rung);
    starts.push(number);
    for (const id of rung.ids) {
      offer(best, rung.m / rung.n / exponential(noise.small(Purpose.rest, id)), number++);
    }
  }
  for (const at of ranked(best)) {
    // The last rung that starts at or before it.
    const place = firstAt(starts, best.ids[at] + 1) - 1, rung = rungs[place];
    const id = rung.ids[best.ids[at] - starts[place]];
    yield { id, x: rung.rawOf(id), logit: rung.upper, rung };
  }
}

/** What has been drawn already, and what is left. */
class DrawnTokens {
  tokens: Placed[] = [];
  readonly #ladder: RungLadder;
  readonly #ids = new Set<number>();
  /** What each rung has lost. */
  readonly #lost = new Map<Rung, { readonly ids: number[]; mass: number }>();

  constructor(ladder: RungLadder) {
    this.#ladder = ladder;
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** A token's place on the ladder; `undefined` if it is cut, or drawn already. */
  place(token: Token | undefined): Placed | undefined {
    if (token && this.#ladder.blurred.some(({ low, high }) => token.x >= low && token.x < high)) throw new Unsure();
    const rung = token && this.#ladder.rungs.find((rung) => holds(rung, token));
    if (!rung || this.has(token!.id)) return undefined;
    return { ...token!, rung, logit: isSpan(rung) ? token!.x / this.#ladder.divisor : rung.upper };
  }

  add(token: Placed): void {
    const { id, logit, rung } = token;
    this.tokens.push(token);
    this.#ids.add(id);
    const lost = this.#lost.get(rung) ?? { ids: [], mass: 0 };
    lost.ids.push(id);
    lost.mass += exp(logit - this.#ladder.top);
    this.#lost.set(rung, lost);
  }

  /** Puts all in their places again, on rungs that were parted. */
  replace(): void {
    const { tokens } = this;
    this.tokens = [];
    this.#ids.clear();
    this.#lost.clear();
    for (const token of tokens) this.add(this.place(token)!);
  }

  /** The ids that a rung has lost. */
  lost(rung: Rung): readonly number[] {
    return this.#lost.get(rung)?.ids ?? [];
  }

  /** The mass that is left. */
  get rest(): number {
    return this.#ladder.rungs.reduce((sum, rung) => sum + this.left(rung), 0);
  }

  /** The mass of a rung without what it has lost. */
  left(rung: Rung): number {
    const lost = this.#lost.get(rung), mass = this.#ladder.massOf(rung);
    if (!lost) return mass;
    const { length } = lost.ids, n = this.#ladder.countOf(rung);
    if (length >= n) return 0;
    // Equal tokens weigh the same; those of a range do not.
    return isSpan(rung) ? Math.max(0, mass - lost.mass) : mass / n * (n - length);
  }
}

function holds(rung: Rung, { id, x }: Token): boolean {
  if (isSpan(rung)) return x >= rung.range.low && x < rung.range.high;
  return rung.ids.length === 1 ? rung.ids[0] === id : rung.ids[firstAt(rung.ids, id)] === id;
}

/** Of equal tokens, without those that are lost, the one at a share of their number. */
function memberAt(ids: ArrayLike<number>, lost: readonly number[], share: number): number {
  const room = ids.length - lost.length;
  let place = Math.min(room - 1, Math.floor(share * room));
  const gone = new Set(lost);
  for (let i = 0; i < ids.length; i++) if (!gone.has(ids[i]) && place-- === 0) return ids[i];
  return ids[ids.length - 1];
}
