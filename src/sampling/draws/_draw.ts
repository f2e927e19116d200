// Which of the kept tokens are drawn.
import { exp, ln } from "../../../kernels/mod.ts";
import { heapOf, offer, ranked } from "../../row/mod.ts";
import { firstAt } from "../../row/inside.ts";
import { exponential, type Noise, Purpose } from "./_noise.ts";
import { drawsAhead, type Token } from "./_proposals.ts";
import { idsOf, isCell, type Rung } from "../cuts/_rung.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import type { DrawnAhead } from "./_drawn_ahead.ts";
import { ReadAgain } from "../cuts/_interrupts.ts";
import type { TokenLogprob } from "../sample.ts";

/** How far, relatively, a mass that tokens are drawn from may be off. */
export const MOST_MASS_ERROR = 1e-5;

/** A drawn token. */
export interface Drawn extends TokenLogprob {
  /** Its logit as this read has it. */
  readonly logit: number;
}

/**
 * Draws tokens without replacement from what a ladder keeps.
 *
 * A token drawn from the whole row and kept is a fair draw from what is kept, and one that is not taken yet a fair draw from the rest: so
 * the tokens drawn ahead come first. For the n-th draw only so many of them are looked at as n says, however many are drawn: the first of
 * many draws are those of few. (But a wide cut may take another read for many draws, and its tokens are others.) When these are used up, a
 * fresh draw is made.
 */
export function drawFrom(ladder: RungLadder, draws: number, noise: Noise, { fromRow, fromCells }: DrawnAhead): Drawn[] {
  const { count, sure } = ladder;
  if (draws > 1 && !sure && count < 4 * draws) throw new ReadAgain("about as many draws as tokens are kept");
  const drawn = new DrawnTokens(ladder), wanted = Math.min(draws, count);
  const ahead = fromRow[Symbol.iterator]();
  const fresh = new FreshDraws(ladder, drawn, wanted, noise, fromCells);
  let seen = 0;
  while (drawn.tokens.length < wanted) {
    const limit = drawsAhead(drawn.tokens.length + 1);
    let token: Placed | undefined;
    for (; !token && seen < limit; seen++) token = drawn.place(ahead.next().value);
    token ??= fresh.next();
    if (!token) break;
    drawn.add(token);
  }
  const logMass = ln(ladder.mass);
  // A rounding of the mass must not make a logarithm positive, or a certain token uncertain.
  const logprobOf = (logit: number) => count === 1 ? 0 : Math.min(0, logit - ladder.top - logMass);
  return drawn.tokens.map(({ id, x, logit: scaled }) => ({ id, logit: x, logprob: logprobOf(scaled) }));
}

/** A kept token with its logit in the ladder's scale. */
interface Placed extends Token {
  readonly logit: number;
  readonly rung: Rung;
}

/** Draws from what is kept and not drawn yet. */
class FreshDraws {
  /** The tokens drawn from the cells, and the race: each is begun when it is first needed. */
  #cells: Iterator<Token> | undefined;
  #race: Iterator<Placed> | undefined;

  constructor(
    readonly ladder: RungLadder,
    readonly drawn: DrawnTokens,
    readonly wanted: number,
    readonly noise: Noise,
    readonly fromCells: DrawnAhead["fromCells"],
  ) {}

  /** The next token; `undefined` if nothing that is left weighs anything. */
  next(): Placed | undefined {
    const { ladder, drawn } = this, { length } = drawn.tokens;
    if (!this.#race) {
      if (!ladder.sure) throw new ReadAgain("no token that was drawn is kept for sure");
      // What is left may be next to nothing beside what has been drawn.
      if (!(ladder.error <= MOST_MASS_ERROR * drawn.rest)) throw new ReadAgain("the mass of what is not drawn yet");
      // One draw costs less by the distribution function, many by a race, which needs all tokens one by one.
      if (length === 0 || ladder.kept.some(isCell)) return this.#invert(this.noise.uniform(Purpose.list, length));
      this.#race = raceTokens(ladder, this.wanted, this.noise)[Symbol.iterator]();
    }
    for (let next = this.#race.next(); !next.done; next = this.#race.next()) {
      if (!drawn.has(next.value.id)) return next.value;
    }
    return undefined;
  }

  /** A fair draw by a uniform number: the inverse distribution function over the rungs, best first. */
  #invert(u: number): Placed | undefined {
    const { ladder, drawn } = this;
    let wanted = u * drawn.rest, last: Rung | undefined;
    for (const rung of ladder.kept) {
      const left = drawn.left(rung);
      if (!(left > 0)) continue;
      last = rung;
      if (wanted < left) break;
      wanted -= left;
    }
    if (!last) return undefined;
    if (isCell(last)) return this.#fromCells();
    const share = Math.min(1, wanted / drawn.left(last));
    return { id: memberAt(idsOf(last), drawn.lost(last), share), x: last.rawUpper, rung: last, logit: last.upper };
  }

  /** A token of the cells: the next that was drawn from them. */
  #fromCells(): Placed {
    const cells = this.#cells ??= cellTokens(this.ladder, this.fromCells)[Symbol.iterator]();
    for (let next = cells.next(); !next.done; next = cells.next()) {
      const token = this.drawn.place(next.value);
      if (token) return token;
    }
    throw new ReadAgain("a token was drawn whose logit is known in sum only");
  }
}

/** The first tokens of a race, best first: each has its mass over an exponential variate of its own. */
function* raceTokens(ladder: RungLadder, wanted: number, noise: Noise): Iterable<Placed> {
  const best = heapOf(wanted);
  const rungs: Rung[] = [], starts: number[] = [];
  let number = 0;
  for (const rung of ladder.kept) {
    if (!(rung.m > 0)) continue;
    rungs.push(rung);
    starts.push(number);
    for (const id of idsOf(rung)) {
      offer(best, rung.m / rung.n / exponential(noise.small(Purpose.rest, id)), number++);
    }
  }
  for (const at of ranked(best)) {
    // The last rung that starts at or before it.
    const place = firstAt(starts, best.ids[at] + 1) - 1, rung = rungs[place];
    yield { id: idsOf(rung)[best.ids[at] - starts[place]], x: rung.rawUpper, logit: rung.upper, rung };
  }
}

/** The tokens that were drawn from ranges that hold all cells of the window. */
function* cellTokens(ladder: RungLadder, fromCells: DrawnAhead["fromCells"]): Iterable<Token> {
  const cells = ladder.kept.filter(isCell);
  for (const { tokens, ranges } of fromCells) {
    const whole = cells.every(({ rawLower, rawUpper }) =>
      ranges.some(({ low, high }) => low <= rawLower && high >= rawUpper)
    );
    if (whole) yield* tokens;
  }
}

/** What has been drawn already, and what is left. */
class DrawnTokens {
  readonly tokens: Placed[] = [];
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
    const rung = token && rungHolding(this.#ladder, token);
    if (!rung || this.has(token.id)) return undefined;
    return { ...token, rung, logit: isCell(rung) ? token.x / this.#ladder.divisor : rung.upper };
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

  /** The ids that a rung has lost. */
  lost(rung: Rung): readonly number[] {
    return this.#lost.get(rung)?.ids ?? [];
  }

  /** The mass that is left. */
  get rest(): number {
    let mass = 0;
    for (const rung of this.#ladder.kept) mass += this.left(rung);
    return mass;
  }

  /** The mass of a rung without what it has lost. */
  left(rung: Rung): number {
    const lost = this.#lost.get(rung);
    if (!lost) return rung.m;
    const { length } = lost.ids;
    if (length >= rung.n - 0.5) return 0;
    // The members of a group are equal; those of a cell are not.
    return isCell(rung) ? Math.max(0, rung.m - lost.mass) : rung.m / rung.n * (rung.n - length);
  }
}

/** The rung of the window that holds a token. */
function rungHolding(ladder: RungLadder, { id, x }: Token): Rung | undefined {
  for (let i = ladder.from; i < ladder.to; i++) {
    const rung = ladder.rungs[i];
    if (!holds(rung, id, x)) continue;
    if (rung.unsure) throw new ReadAgain("a token was drawn that may be cut or not");
    return rung;
  }
}

function holds(rung: Rung, id: number, x: number): boolean {
  const { ids, rawLower, rawUpper, closed } = rung;
  if (isCell(rung)) return x >= rawLower && (closed ? x <= rawUpper : x < rawUpper);
  return ids ? x === rawUpper && ids[firstAt(ids, id)] === id : rung.id === id;
}

/** Of equal tokens, without those that are lost, the one at a share of their number. */
function memberAt(ids: ArrayLike<number>, lost: readonly number[], share: number): number {
  const room = ids.length - lost.length;
  let place = Math.min(room - 1, Math.floor(share * room));
  const gone = new Set(lost);
  for (let i = 0; i < ids.length; i++) if (!gone.has(ids[i]) && place-- === 0) return ids[i];
  return ids[ids.length - 1];
}
