// Draws from the softmax of a row that passes by tile by tile. If E_1, E_2, ... are independent exponential variates, the tile with the
// largest mass_i / E_i is tile i with probability mass_i / sum of all masses: so the winner of the race is a fair draw, whatever the order,
// and two races of parts merge to that of the whole. Inside the winner a second number picks the token.
import { Column, type Kernels, TILE } from "../../../kernels/mod.ts";
import { type Values, viewOf } from "../../row/inside.ts";
import { exponential, type Noise, Purpose } from "./_noise.ts";

/**
 * Independent draws from a row's softmax, made as it passes by: in each the tiles race, and a tile wins with its share of the mass
 * (the largest `mass / exponential`). What wins is kept until the token is drawn inside it. Plain data.
 */
export interface Proposals {
  /** Which round of draws this is: each has random numbers of its own. */
  readonly round: number;
  /** The number of its first draw; 0 when absent. */
  readonly first?: number;
  /** The leading tile of each; -1 while there is none. */
  readonly tile: Float64Array;
  /** Its mass over its exponential variate is `ratio * 2^exponent`; its mass `mantissa * 2^exponent`. */
  readonly ratio: Float64Array;
  readonly exponent: Float64Array;
  readonly mantissa: Float64Array;
  /** The logits of every leading tile. */
  kept: KeptTile[];
}

/** A copy of one tile's logits. */
export interface KeptTile {
  readonly tile: number;
  readonly logits: Values;
}

/** A token that was drawn. */
export interface Token {
  readonly id: number;
  /** Its logit as the row has it. */
  readonly x: number;
}

/** A run of tiles whose masses a table tells. */
export interface RacingTiles {
  readonly table: Float64Array;
  readonly tiles: number;
  readonly start: number;
  /** What is kept of a winner: its logits, which are copied. */
  tile(place: number): Values;
}

/** So many draws, not begun. As many of another row are used again, with the memory of their tiles. */
export function newProposals(count: number, round: number, old?: Proposals | null): Proposals {
  if (old?.tile.length === count && old.round === round) {
    old.tile.fill(-1);
    old.kept = old.kept.map(({ logits }) => ({ tile: NOBODY, logits }));
    return old;
  }
  return {
    round,
    tile: new Float64Array(count).fill(-1),
    ratio: new Float64Array(count),
    exponent: new Float64Array(count),
    mantissa: new Float64Array(count),
    kept: [],
  };
}

/** Instead of a tile's number: its memory is free. */
const NOBODY = -2;

/** Most draws of a row ahead of what is wanted. */
export const MOST_PROPOSALS = 512;

/** How many tokens are drawn ahead at least where a cut may drop some. */
export const LEAST_AHEAD = 16;

/** How many tokens are drawn ahead of so many draws, so that nearly always enough of them are kept, and different. */
export function drawsAhead(draws: number): number {
  return Math.max(LEAST_AHEAD, 4 * Math.ceil(draws / 2) + 8);
}

/** Rounds are this far apart in the numbering of random numbers. */
const ROUND = 2 ** 44;

/** The random number of a tile in draw j: the same however many draws there are. */
function chanceOf({ round, first = 0 }: Proposals, tile: number, place: number, noise: Noise): number {
  const j = first + place;
  if (round === 0 && j === 0) return noise.small(Purpose.tile, tile);
  return noise.small(Purpose.race, round * ROUND + tile * MOST_PROPOSALS + j);
}

/** Enters tiles in every race. */
export function race(proposals: Proposals, racing: RacingTiles, noise: Noise): void {
  const { tile: leader, ratio: best, exponent: binade } = proposals;
  const { table, tiles, start } = racing;
  const count = leader.length, first = start / TILE;
  let won = false;
  for (let tile = 0; tile < tiles; tile++) {
    const at = tile * Column.stride;
    const mantissa = table[at + Column.mantissa];
    if (!(mantissa > 0)) continue;
    const exponent = table[at + Column.exponent];
    for (let j = 0; j < count; j++) {
      const u = chanceOf(proposals, first + tile, j, noise);
      const gap = exponent - binade[j];
      // The variate -ln(1 - u) is at least u, so the ratio at most mass / u: most tiles lose by that bound, without a logarithm.
      if (leader[j] >= 0 && (gap < -127 || (gap <= 127 && mantissa * POWERS[gap + 127] < best[j] * u * LESS))) continue;
      const ratio = mantissa / exponential(u);
      if (leader[j] >= 0 && !beats(ratio, exponent, first + tile, proposals, j)) continue;
      won = true;
      leader[j] = first + tile;
      best[j] = ratio;
      binade[j] = exponent;
      proposals.mantissa[j] = mantissa;
    }
  }
  if (won) keepLeaders(proposals, racing);
}

/** Below 1 by more than all roundings: what is passed over by the bound has lost for sure. */
const LESS = 1 - 2 ** -40;

/**
 * 2^-127 to 2^127. A mantissa lies between 1 and 2, a variate between 2^-64 and 45, so a ratio between 1/45 and 2^65: where exponents are
 * farther apart they alone decide.
 */
const POWERS = Float64Array.from({ length: 255 }, (_, i) => 2 ** (i - 127));

function beats(
  ratio: number,
  exponent: number,
  tile: number,
  { ratio: r, exponent: e, tile: t }: Proposals,
  j: number,
): boolean {
  const gap = exponent - e[j];
  if (gap > 127 || gap < -127) return gap > 0;
  const scaled = ratio * POWERS[gap + 127];
  return scaled > r[j] || (scaled === r[j] && tile < t[j]);
}

/** Copies the tiles that lead now, into the memory of those that do no more where it fits. */
function keepLeaders(proposals: Proposals, racing: RacingTiles): void {
  const { tile: leader, kept } = proposals;
  const one = leader.length === 1;
  // A single draw, the usual case, keeps one tile: the memory of the last one is free.
  const leading = one ? undefined : new Set(leader);
  const free = leading ? kept.filter(({ tile }) => !leading.has(tile)) : kept;
  const stay = leading ? kept.filter(({ tile }) => leading.has(tile)) : [];
  const known = new Set(stay.map(({ tile }) => tile));
  for (const tile of leading ?? leader) {
    const place = tile - racing.start / TILE;
    if (place < 0 || place >= racing.tiles || known.has(tile)) continue;
    stay.push({ tile, logits: copied(racing.tile(place), free.pop()?.logits) });
  }
  proposals.kept = stay;
}

function copied(logits: Values, room: Values | undefined): Values {
  if (room?.length !== logits.length || room.constructor !== logits.constructor) return logits.slice();
  room.set(logits);
  return room;
}

/** Adds what another part found. */
export function mergeProposals(into: Proposals, from: Readonly<Proposals>): void {
  for (let j = 0; j < into.tile.length; j++) {
    if (from.tile[j] < 0) continue;
    if (into.tile[j] >= 0 && !beats(from.ratio[j], from.exponent[j], from.tile[j], into, j)) continue;
    into.tile[j] = from.tile[j];
    into.ratio[j] = from.ratio[j];
    into.exponent[j] = from.exponent[j];
    into.mantissa[j] = from.mantissa[j];
  }
  const leading = new Set(into.tile);
  const kept = new Map(into.kept.filter(({ tile }) => leading.has(tile)).map((one) => [one.tile, one]));
  for (const { tile, logits } of from.kept) {
    if (leading.has(tile) && !kept.has(tile)) kept.set(tile, { tile, logits: logits.slice() });
  }
  into.kept = [...kept.values()];
}

/** At which temperature tiles have raced, and, where it is not 1, the row's largest logit, from which on they were divided. */
export interface RacedAt {
  readonly divisor: number;
  readonly origin: number;
}

/** The token of the draw at a place: inside the winning tile by its distribution function, ids ascending, a float64 running sum. */
export function proposed(
  proposals: Proposals,
  place: number,
  { divisor, origin }: RacedAt,
  kernels: Kernels,
  noise: Noise,
): Token | undefined {
  const { round, first = 0, tile: { [place]: tile } } = proposals;
  if (!(tile >= 0)) return undefined;
  const { logits } = proposals.kept.find((one) => one.tile === tile)!;
  const wanted = noise.uniform(Purpose.inside, round * 4294967296 + first + place);
  const at = kernels.arena.lend(({ stage, mapped }) => {
    const count = logits.length;
    viewOf(kernels, stage, count).set(logits);
    if (divisor !== 1) {
      kernels.logProbabilities(stage, count, stage, origin, 0);
      kernels.divide(stage, count, divisor);
    }
    kernels.probabilities(stage, count, mapped, proposals.mantissa[place], proposals.exponent[place]);
    return placeOf(viewOf(kernels, mapped, count), wanted * kernels.read(mapped, count));
  });
  // Only where somebody else wrote the mass: none of the logits has a share of it.
  return at < 0 ? undefined : { id: tile * TILE + at, x: logits[at] };
}

/** Where the running sum of weights goes beyond what is wanted; the last place that weighs anything if it never does. */
function placeOf(weights: Values, wanted: number): number {
  let at = -1;
  for (let i = 0, running = 0; i < weights.length && !(running > wanted); i++) {
    if (!(weights[i] > 0)) continue;
    running += weights[i];
    at = i;
  }
  return at;
}

/** The same draws in one order: the leading tiles ascending, and no others. */
export function canonicalProposals(proposals: Readonly<Proposals>): Proposals {
  const leading = new Set(proposals.tile);
  const kept = proposals.kept.filter(({ tile }) => leading.has(tile)).sort((a, b) => a.tile - b.tile);
  return { ...proposals, kept };
}
