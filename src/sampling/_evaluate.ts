import { exp, type Kernels, ln, TILE } from "../../kernels/mod.ts";
import { ranked } from "../core/mod.ts";
import { type Findings, kernelsOfFindings, momentsOf, type Wanted } from "./_findings.ts";
import { cellOf, CELLS, type Histogram, type HistogramFold } from "./_histogram.ts";
import { CELL, Ladder, Undecided } from "./_ladder.ts";
import { type Noise, Purpose } from "./_noise.ts";
import { divideEdit, Restart, windowEdit } from "./_restart.ts";
import { logitsAt, scratchOf } from "./_scratch.ts";
import { sketchStride } from "./_sketch.ts";
import type { Facts } from "./_sums.ts";
import type { TokenLogprob } from "./sample.ts";
import type { Edit, Stage, StageContext } from "./stage.ts";

/** How far the sweep's sum may be off, relatively, and its entropy. */
const SUM_ERROR = 4e-6;
const ENTROPY_ERROR = 1e-5;

/** What the first read knows, as a ladder: the best tokens, and all others as one cell. */
export function sweptLadder(found: Findings, facts: Facts, count: number, wanted: Wanted): Ladder {
  const { best } = found;
  const size = best?.size ?? 0;
  const ladder = new Ladder(facts.maximum);
  let mass = 0, moment = 0, squares = 0, lowest = facts.maximum;
  if (best) {
    for (const at of ranked(best)) {
      lowest = best.values[at];
      ladder.push(best.ids[at], lowest);
    }
    for (let i = 0; i < size; i++) {
      mass += ladder.m[i];
      moment += ladder.h[i];
      squares += ladder.q[i];
    }
  }
  if (best && size < best.k) return ladder;
  const others = count - found.masked - size;
  if (others <= 0) return ladder;
  const swept = wanted.level !== "maximum";
  const total = swept ? exp(facts.logSum) : mass;
  const all = wanted.level === "moments" ? total * (facts.logSum - facts.entropy) : NaN;
  const rest = Math.max(0, total - mass);
  // The squares of the others lie between 0 and their mass times the largest of them.
  ladder.pushCell(-1, lowest, -Infinity, others, rest, all - moment, NaN);
  ladder.slack = swept ? SUM_ERROR * total : 0;
  ladder.slackEntropy = ENTROPY_ERROR;
  if (wanted.moments) {
    const { mean, variance } = momentsOf(found);
    ladder.rowSpread = { mean, deviation: Math.sqrt(Math.max(0, variance)) };
  }
  return ladder;
}

/** One row under way through a chain. */
export interface Walk {
  readonly rest: readonly Stage[];
  /** What the stage at a place of `rest` knows. */
  context(place: number): StageContext;
}

/** Runs the stages on a ladder: it narrows, or throws `Undecided` or `Restart`. */
export function runStages(ladder: Ladder, { rest, context }: Walk, member: (rung: number, j: number) => number): void {
  for (let i = 0; i < rest.length && ladder.to > ladder.from; i++) {
    const stage = rest[i], known = context(i);
    const edits = stage.cut ? stage.cut(ladder, known)?.edits ?? [] : editsOf(stage, known);
    if (edits.length === 0) continue;
    if (!ladder.listed) throw restart(ladder, edits, i + 1, member);
    rewrite(ladder, edits, known.row);
  }
}

function editsOf(stage: Stage, context: StageContext): readonly Edit[] {
  const edit = stage.edit?.(context);
  return edit ? [edit] : [];
}

function restart(
  ladder: Ladder,
  edits: readonly Edit[],
  done: number,
  member: (rung: number, j: number) => number,
): Restart {
  const whole = ladder.from === 0 && ladder.to === ladder.size && !ladder.parted;
  return new Restart([
    ...(whole ? [] : [windowEdit(ladder, member)]),
    ...(ladder.divisor === 1 ? [] : [divideEdit(ladder.divisor)]),
    ...edits,
  ], done);
}

/** Applies edits to the listed tokens, one by one. */
function rewrite(ladder: Ladder, edits: readonly Edit[], row: number): void {
  const values = new Float64Array(1);
  ladder.rewrite((x, id) => {
    values[0] = x;
    for (const edit of edits) edit.apply({ values, row, start: id });
    return values[0];
  });
  while (ladder.to > ladder.from && ladder.x[ladder.to - 1] === -Infinity) ladder.to--;
}

/** Guesses where the chain will cut, from the best tokens and the sketch: cells and large groups of ties to list next time. */
export function guess(
  found: Findings,
  facts: Facts,
  count: number,
  walk: Walk,
  temperatures: readonly number[],
): { hot: Set<number>; groups: number[] } {
  const cells = sketchCells(found, facts);
  const ladder = guessLadder(found, facts, count, cells);
  ladder.temperatures = temperatures;
  ladder.asked = new Set();
  try {
    for (let i = 0; i < walk.rest.length; i++) {
      const { from, to } = ladder;
      runStages(ladder, { rest: [walk.rest[i]], context: () => walk.context(i) }, () => 0);
      if (ladder.from !== from) ladder.asked.add(ladder.cell[ladder.from]);
      if (ladder.to !== to) {
        ladder.asked.add(ladder.cell[ladder.to - 1]);
        ladder.asked.add(ladder.cell[ladder.to]);
      }
    }
  } catch (error) {
    if (!(error instanceof Restart)) throw error;
  }
  return widen(ladder.asked, cells, found, facts, count, walk.rest.some(({ needs }) => needs === "order"));
}

/** One cell of the sketch. */
interface SketchCell {
  n: number;
  m: number;
  high: number;
  low: number;
}

function sketchCells({ sketch, best }: Findings, { maximum }: Facts): Map<number, SketchCell> {
  const cells = new Map<number, SketchCell>();
  if (!sketch) return cells;
  const stride = sketchStride(sketch);
  const least = best && best.size === best.k ? best.values[0] : Infinity;
  for (let i = 0; i < sketch.size; i++) {
    const x = sketch.values[i];
    if (x > least) continue;
    const cell = cellOf(maximum - x);
    const known = cells.get(cell);
    const weight = stride * exp(x - maximum);
    if (!known) cells.set(cell, { n: stride, m: weight, high: x, low: x });
    else {
      known.n += stride;
      known.m += weight;
      known.high = Math.max(known.high, x);
      known.low = Math.min(known.low, x);
    }
  }
  return cells;
}

function guessLadder(found: Findings, facts: Facts, count: number, cells: Map<number, SketchCell>): Ladder {
  const size = found.best?.size ?? 0;
  const ladder = new Ladder(facts.maximum);
  let head = 0;
  if (found.best) {
    for (const at of ranked(found.best)) {
      const x = found.best.values[at];
      ladder.push(found.best.ids[at], x, 1, cellOf(facts.maximum - x));
    }
    for (let i = 0; i < size; i++) head += ladder.m[i];
  }
  let n = 0, m = 0;
  for (const cell of cells.values()) {
    n += cell.n;
    m += cell.m;
  }
  const byCount = n > 0 ? Math.max(1, count - size) / n : 0;
  const byMass = m > 0 && Number.isFinite(facts.logSum) ? Math.max(0, exp(facts.logSum) - head) / m : byCount;
  for (const [cell, { n, m, high, low }] of [...cells].sort(([a], [b]) => a - b)) {
    const d = (high + low) / 2 - facts.maximum, mass = m * byMass;
    ladder.pushCell(cell, high, low, n * byCount, mass, mass * d, mass * exp(d));
  }
  ladder.sums = (cell, scaled) => {
    const { high, low, n } = cells.get(cell)!;
    let divisor = 1;
    for (let i = 0; i < scaled; i++) divisor *= ladder.temperatures[i];
    const d = ((high + low) / 2 - facts.maximum) / divisor, mass = n * byCount * exp(d);
    return [mass, mass * d, mass * exp(d)];
  };
  ladder.moments = (cell) => {
    const { high, low, n } = cells.get(cell)!;
    const d = facts.maximum - (high + low) / 2;
    return [n * byCount * d, n * byCount * d * d];
  };
  return ladder;
}

/** How many standard deviations of the sketch's estimate are listed to each side. */
const SIDES = 5;

/** How many cells beyond the sketch's last are listed where it ends before they are enough. */
const BEYOND = 64;

/** Rows up to this many tokens are listed whole. */
const SHORT = 4096;

function widen(
  asked: ReadonlySet<number>,
  cells: Map<number, SketchCell>,
  { sketch, best }: Findings,
  { maximum }: Facts,
  count: number,
  byCount: boolean,
): { hot: Set<number>; groups: number[] } {
  const hot = new Set(asked);
  hot.delete(-1);
  if (count <= SHORT || !sketch) {
    for (let cell = 0; cell < CELLS; cell++) hot.add(cell);
    return { hot, groups: [] };
  }
  const numbers = [...cells.keys()].sort((a, b) => a - b);
  const stride = sketchStride(sketch);
  for (const cell of asked) {
    const doubt = doubtAt(cell, cells, stride);
    for (const step of [-1, 1]) {
      let at = step > 0 ? numbers.findIndex((c) => c > cell) : numbers.findLastIndex((c) => c < cell);
      let mass = 0, n = 0, reached = cell;
      while (at >= 0 && at < numbers.length && (mass < doubt.mass || n < (byCount ? doubt.n : 4 * stride))) {
        const known = cells.get(numbers[at])!;
        mass += known.m;
        n += known.n;
        reached = numbers[at];
        at += step;
      }
      if (at < 0 || at >= numbers.length) reached += step * BEYOND;
      reached = Math.max(0, Math.min(CELLS - 1, reached));
      for (let c = cell; c !== reached; c += step) hot.add(c);
      hot.add(reached);
    }
  }
  return { hot, groups: groupsOf(hot, cells, best, maximum, stride) };
}

/** How far the sketch's mass, and count, above a cell may be off: its whole is known, so what errs is the part above beside the rest. */
function doubtAt(cell: number, cells: Map<number, SketchCell>, stride: number): { mass: number; n: number } {
  let above = 0, mass = 0, squaresAbove = 0, squares = 0, pointsAbove = 0, points = 0;
  for (const [c, { n, m }] of cells) {
    const weight = m * m / (n / stride);
    mass += m;
    squares += weight;
    points += n / stride;
    if (c >= cell) continue;
    above += m;
    squaresAbove += weight;
    pointsAbove += n / stride;
  }
  const share = mass > 0 ? above / mass : 0, part = points > 0 ? pointsAbove / points : 0;
  const variance = (1 - share) ** 2 * squaresAbove + share ** 2 * (squares - squaresAbove);
  return { mass: SIDES * Math.sqrt(variance), n: SIDES * stride * Math.sqrt(points * part * (1 - part)) };
}

/** Values that fill a hot cell by themselves, as far as the sketch shows. */
function groupsOf(
  hot: ReadonlySet<number>,
  cells: Map<number, SketchCell>,
  best: Findings["best"],
  maximum: number,
  stride: number,
): number[] {
  const groups: number[] = [];
  for (const [cell, { n, high, low }] of cells) if (hot.has(cell) && high === low && n >= 8 * stride) groups.push(high);
  const least = best && best.size === best.k ? best.values[0] : NaN;
  if (hot.has(cellOf(maximum - least)) && !groups.includes(least) && best!.values.every((x) => x === least)) {
    groups.push(least);
  }
  return groups.slice(0, 8);
}

/** A drawn token. */
export interface Drawn extends TokenLogprob {
  /** Its logit as this read has it. */
  readonly high: number;
}

/** Draws from a row's ladder: `histogram` where it came from one, else the first read's findings. */
export function drawFrom(
  ladder: Ladder,
  draws: number,
  noise: Noise,
  found: Findings | undefined,
  histogram: { fold: HistogramFold; state: Histogram } | undefined,
): Drawn[] {
  const total = ladder.mass;
  const logTotal = ln(total);
  if (ladder.open && found) {
    if (draws > 1) throw new Undecided("several draws from more tokens than are held");
    const token = raceWinner(found, noise);
    if (!token || !inWindow(ladder, token)) throw new Undecided("the race was won by a token that is cut");
    return [{ id: token.id, high: token.x, logprob: token.x / ladder.divisor - ladder.top - logTotal }];
  }
  return drawList(ladder, draws, noise, total, histogram);
}

/** What has been drawn from a rung already. */
interface Taken {
  mass: number;
  /** Places in a group, ascending. */
  readonly places: number[];
  count: number;
}

/** Draws by inverse distribution function over the rungs, best first; what is drawn is out for the next. */
function drawList(
  ladder: Ladder,
  draws: number,
  noise: Noise,
  total: number,
  histogram: { fold: HistogramFold; state: Histogram } | undefined,
): Drawn[] {
  const logTotal = ln(total);
  const taken = new Map<number, Taken>();
  const drawn: Drawn[] = [];
  for (let j = 0; j < draws; j++) {
    // Summed anew each time: what is drawn may have held all the mass but for the last bits of a difference.
    const left = j === 0 ? total : pickable(ladder, taken);
    const rung = pick(ladder, noise.uniform(Purpose.list, j) * left, taken);
    if (rung < 0) break;
    const out = taken.get(rung) ?? { mass: 0, places: [], count: 0 };
    taken.set(rung, out);
    const token = tokenOf(ladder, rung, out, noise, j, histogram);
    const x = ladder.id[rung] === CELL ? token.x / ladder.divisor : ladder.x[rung];
    drawn.push({ id: token.id, high: token.x, logprob: x - ladder.top - logTotal });
    const mass = exp(x - ladder.top);
    out.mass += mass;
    out.count++;
  }
  return drawn;
}

/** The mass of a rung without what is taken of it; 0 if nothing is left. */
function massLeft({ m, n, id }: Ladder, rung: number, out: Taken | undefined): number {
  if (!out) return m[rung];
  if (out.count >= n[rung]) return 0;
  // The members of a group are equal; those of a cell are not.
  return id[rung] === CELL ? Math.max(0, m[rung] - out.mass) : m[rung] / n[rung] * (n[rung] - out.count);
}

function pickable(ladder: Ladder, taken: Map<number, Taken>): number {
  let sum = 0;
  for (let i = ladder.from; i < ladder.to; i++) sum += massLeft(ladder, i, taken.get(i));
  return sum;
}

/** The rung in which the running sum, without what is taken, first exceeds `wanted`; -1 if nothing is left. */
function pick(ladder: Ladder, wanted: number, taken: Map<number, Taken>): number {
  const { from, to, m, n } = ladder;
  let sum = 0, last = -1;
  for (let i = from; i < to; i++) {
    const out = taken.get(i);
    if (!(m[i] > 0) || (out && out.count >= n[i])) continue;
    sum += massLeft(ladder, i, out);
    last = i;
    if (sum > wanted) return i;
  }
  return last;
}

function tokenOf(
  ladder: Ladder,
  rung: number,
  { count, places }: Taken,
  noise: Noise,
  draw: number,
  histogram: { fold: HistogramFold; state: Histogram } | undefined,
): { id: number; x: number } {
  if (ladder.id[rung] >= 0) return { id: ladder.id[rung], x: ladder.high[rung] };
  const { fold, state } = histogram!;
  if (ladder.id[rung] === CELL) return fold.winner(state, ladder.cell[rung], count);
  const room = ladder.n[rung] - count;
  let place = Math.min(room - 1, Math.floor(noise.uniform(Purpose.inside, draw) * room));
  for (const out of places) if (place >= out) place++;
  places.push(place);
  places.sort((a, b) => a - b);
  return { id: fold.member(state, ladder, rung, place), x: ladder.high[rung] };
}

/** The token that the winning tile draws: ids ascending, a float64 running sum over the tile's weights. */
function raceWinner(found: Findings, noise: Noise): { id: number; x: number } | undefined {
  const { champion } = found;
  if (!champion || champion.tile < 0) return undefined;
  const kernels = kernelsOfFindings(found);
  const { weights, sum } = weightsOf(kernels, champion);
  const wanted = noise.uniform(Purpose.inside, 0) * sum;
  let at = -1;
  for (let i = 0, running = 0; i < weights.length && !(running > wanted); i++) {
    if (!(weights[i] > 0)) continue;
    running += weights[i];
    at = i;
  }
  return { id: champion.tile * TILE + at, x: champion.logits[at] };
}

function weightsOf(
  kernels: Kernels,
  { logits, mantissa, exponent }: NonNullable<Findings["champion"]>,
): { weights: ArrayLike<number>; sum: number } {
  const { edited, weights } = scratchOf(kernels);
  logitsAt(kernels, edited, logits.length).set(logits);
  kernels.probabilities(edited, logits.length, weights, mantissa, exponent);
  return { weights: logitsAt(kernels, weights, logits.length), sum: kernels.read(weights, logits.length) };
}

function inWindow({ from, id, high }: Ladder, { id: token, x }: { id: number; x: number }): boolean {
  if (from === 0) return true;
  return x < high[from] || (x === high[from] && id[from] >= 0 && token >= id[from]);
}
