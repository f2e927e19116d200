import { exp, ln } from "../../../kernels/mod.ts";
import { heapOf, offer, ranked } from "../../row/mod.ts";
import { firstAt } from "../../row/inside.ts";
import { aheadOf } from "./_ahead.ts";
import { exponential, type Noise, Purpose } from "./_noise.ts";
import type { Token } from "./_proposals.ts";
import { idsOf, isCell, type Rung } from "../cuts/_rung.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import type { Supply } from "./_supply.ts";
import { Undecided } from "../cuts/_undecided.ts";
import type { TokenLogprob } from "../sample.ts";

/** How far, relatively, a mass that tokens are drawn from may be off. */
export const DOUBT = 1e-5;

/** A drawn token. */
export interface Drawn extends TokenLogprob {
  /** Its logit as this read has it. */
  readonly high: number;
}

/**
 * Draws tokens without replacement from a ladder's window. For each the tokens drawn from the whole row come first, up to a number that
 * hangs on its place alone: the first that is kept, and not taken yet, is a fair draw from what is kept. When those are used up, it is
 * drawn from nothing. So the first of many draws are those of few, but where a wide cut takes more reads for more draws.
 */
export function drawFrom(ladder: RungLadder, draws: number, noise: Noise, { fromRow, fromCells }: Supply): Drawn[] {
  const { count, sure } = ladder;
  if (draws > 1 && !sure && count < 4 * draws) throw new Undecided("about as many draws as tokens are kept");
  const taken = new Taken(ladder);
  const wanted = Math.min(draws, count);
  const ahead = new Cursor(fromRow), anew = new Anew(ladder, taken, wanted, noise, cellDraws(ladder, fromCells));
  let more = true;
  while (more && taken.count < wanted) {
    const limit = aheadOf(taken.count + 1);
    more = taken.add(nextKept(ladder, () => ahead.next(limit), taken) ?? anew.next());
  }
  const logMass = ln(ladder.mass);
  // A rounding of the mass must not make a logarithm positive, or a certain token uncertain.
  const logprobOf = (logit: number) => count === 1 ? 0 : Math.min(0, logit - ladder.top - logMass);
  return taken.tokens.map(({ id, x, logit }) => ({ id, high: x, logprob: logprobOf(logit) }));
}

/** Goes through tokens that were drawn, each once. */
class Cursor {
  readonly #tokens: Iterator<Token>;
  #at = 0;

  constructor(tokens: Iterable<Token>) {
    this.#tokens = tokens[Symbol.iterator]();
  }

  /** The next one among the first `limit`. */
  next(limit = Infinity): Token | undefined {
    if (this.#at >= limit) return undefined;
    this.#at++;
    return this.#tokens.next().value;
  }
}

/** Draws from nothing. */
class Anew {
  readonly #ladder: RungLadder;
  readonly #taken: Taken;
  readonly #wanted: number;
  readonly #noise: Noise;
  readonly #cells: Cursor;
  readonly #summed: boolean;
  #race: Iterator<Placed> | undefined;

  constructor(ladder: RungLadder, taken: Taken, wanted: number, noise: Noise, cells: Iterable<Token>) {
    this.#ladder = ladder;
    this.#taken = taken;
    this.#wanted = wanted;
    this.#noise = noise;
    this.#cells = new Cursor(cells);
    this.#summed = ladder.kept.some(isCell);
  }

  /** The next token; `undefined` if nothing that is left weighs anything. */
  next(): Placed | undefined {
    const taken = this.#taken;
    if (!this.#race) this.#requireKnown();
    if (this.#summed || taken.count === 0) {
      return drawAnew(this.#ladder, taken, this.#cells, this.#noise.uniform(Purpose.list, taken.count));
    }
    this.#race ??= raceTokens(this.#ladder, this.#wanted, this.#noise)[Symbol.iterator]();
    for (;;) {
      const { value, done } = this.#race.next();
      if (done) return undefined;
      if (!taken.has(value.id)) return value;
    }
  }

  #requireKnown(): void {
    const { sure, error } = this.#ladder;
    if (!sure) throw new Undecided("no token that was drawn is kept for sure");
    // What is left may be next to nothing beside what has been taken.
    if (!(error <= DOUBT * this.#taken.rest)) throw new Undecided("the mass of what is not drawn yet");
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

/** A token with its logit in the ladder's scale. */
interface Placed extends Token {
  readonly logit: number;
  readonly rung: Rung;
}

/** One after the other the draws that were made from all cells in the window, or more. */
function* cellDraws(ladder: RungLadder, supplies: Supply["fromCells"]): Iterable<Token> {
  const cells = ladder.kept.filter(isCell);
  for (const { tokens, of } of supplies) {
    const whole = cells.every(({ rawLower, rawUpper }) =>
      of.some(({ low, high }) => low <= rawLower && high >= rawUpper)
    );
    if (whole) yield* tokens;
  }
}

/** What has been drawn already. */
class Taken {
  readonly tokens: Placed[] = [];
  readonly #ladder: RungLadder;
  readonly #ids = new Set<number>();
  readonly #places = new Map<Rung, number[]>();
  readonly #mass = new Map<Rung, number>();

  constructor(ladder: RungLadder) {
    this.#ladder = ladder;
  }

  get count(): number {
    return this.#ids.size;
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** Takes a token; gives whether there was one. */
  add(token: Placed | undefined): boolean {
    if (!token) return false;
    const { id, logit, rung } = token;
    this.tokens.push(token);
    this.#ids.add(id);
    this.#mass.set(rung, (this.#mass.get(rung) ?? 0) + exp(logit - this.#ladder.top));
    const places = this.#places.get(rung);
    if (places) places.push(id);
    else this.#places.set(rung, [id]);
    return true;
  }

  /** The ids that a rung has lost. */
  of(rung: Rung): readonly number[] {
    return this.#places.get(rung) ?? [];
  }

  /** The mass that is left. */
  get rest(): number {
    let mass = 0;
    for (const rung of this.#ladder.kept) mass += this.left(rung);
    return mass;
  }

  /** The mass of a rung without what is taken of it. */
  left(rung: Rung): number {
    const out = this.of(rung).length;
    if (out === 0) return rung.m;
    if (out >= rung.n - 0.5) return 0;
    // The members of a group are equal; those of a cell are not.
    return isCell(rung) ? Math.max(0, rung.m - this.#mass.get(rung)!) : rung.m / rung.n * (rung.n - out);
  }
}

/** The next of some drawn tokens that is kept and not taken. */
function nextKept(ladder: RungLadder, next: () => Token | undefined, taken: Taken): Placed | undefined {
  for (let token = next(); token; token = next()) {
    const rung = rungOf(ladder, token);
    if (rung && !taken.has(token.id)) return place(ladder, token, rung);
  }
  return undefined;
}

function place({ divisor }: RungLadder, token: Token, rung: Rung): Placed {
  return { ...token, rung, logit: isCell(rung) ? token.x / divisor : rung.upper };
}

/** The rung of the window that holds a token. */
function rungOf(ladder: RungLadder, { id, x }: Token): Rung | undefined {
  for (let i = ladder.from; i < ladder.to; i++) {
    const rung = ladder.rungs[i];
    const holds = isCell(rung)
      ? x >= rung.rawLower && isUnder(x, rung)
      : rung.ids
      ? hasId(rung, id, x)
      : rung.id === id;
    if (!holds) continue;
    if (rung.unsure) throw new Undecided("a token was drawn that may be cut or not");
    return rung;
  }
  return undefined;
}

function isUnder(x: number, { rawUpper, closed }: Rung): boolean {
  return closed ? x <= rawUpper : x < rawUpper;
}

function hasId({ ids, rawUpper }: Rung, id: number, x: number): boolean {
  return x === rawUpper && ids![firstAt(ids!, id)] === id;
}

/**
 * A fair draw from what is not taken, by a uniform number: the inverse distribution function over the rungs, best first. `undefined` if
 * nothing that is left weighs anything.
 */
function drawAnew(ladder: RungLadder, taken: Taken, cells: Cursor, u: number): Placed | undefined {
  let wanted = u * taken.rest, last: Rung | undefined;
  for (const rung of ladder.kept) {
    const left = taken.left(rung);
    if (!(left > 0)) continue;
    last = rung;
    if (wanted < left) break;
    wanted -= left;
  }
  if (!last) return undefined;
  if (isCell(last)) return drawCell(ladder, taken, cells);
  const rest = idsOf(last);
  const share = Math.min(1, wanted / taken.left(last));
  return { id: memberOf(rest, taken.of(last), share), x: last.rawUpper, rung: last, logit: last.upper };
}

/** A token of the cells: the next that was drawn from them. */
function drawCell(ladder: RungLadder, taken: Taken, cells: Cursor): Placed {
  const token = nextKept(ladder, () => cells.next(), taken);
  if (!token) throw new Undecided("a token was drawn whose logit is known in sum only");
  return token;
}

/** Of equal tokens, without those that are out, the one at a share of their number. */
function memberOf(ids: ArrayLike<number>, out: readonly number[], share: number): number {
  const room = ids.length - out.length;
  let place = Math.min(room - 1, Math.floor(share * room));
  const gone = new Set(out);
  for (let i = 0; i < ids.length; i++) if (!gone.has(ids[i]) && place-- === 0) return ids[i];
  return ids[ids.length - 1];
}
