import type { Random } from "./random.ts";

type Make = (random: Random, vocabulary: number) => (id: number) => number;

/** Rows that have broken a softmax somewhere: each gives the logit at an id. All but the last few are valid. */
export const ROWS: Readonly<Record<string, Make>> = {
  normal: (random) => () => 4 * random.normal(),
  wide: (random) => () => -50 + 100 * random.uniform(),
  flat: () => () => 1.25,
  zero: () => () => 0,
  tied: (random) => () => random.whole(5) / 2,
  masked: (random) => () => random.uniform() < 0.3 ? -Infinity : 3 * random.normal(),
  oneAllowed: (_, vocabulary) => (id) => id === vocabulary - 1 ? -2.5 : -Infinity,
  spiked: (random, vocabulary) => (id) => id === Math.floor(vocabulary / 3) ? 60 : random.normal(),
  ascending: () => (id) => id / 128,
  descending: () => (id) => -id / 128,
  offset: (random) => () => 1e4 + 20 * random.uniform(),
  farBelow: (random) => () => -1e4 - 20 * random.uniform(),
  twoClusters: (random) => (id) => (id % 2 ? 1e4 : -1e4) + random.uniform(),
  extremes: (random) => (id) => id % 7 === 0 ? 3e38 : id % 7 === 1 ? -3e38 : random.normal(),
  lowest: () => (id) => id % 3 ? -3.4e38 : -3e38,
  denormal: (random) => () => (random.whole(21) - 10) * 1e-40,
  tiny: (random) => () => 1e-20 * random.normal(),
  signedZero: () => (id) => id % 2 ? -0 : 0,
  lateMaximum: (random) => (id) => random.normal() + 150 * Math.floor(id / 1000),
  fewFirst: (random) => (id) => id < 1024 && id % 300 !== 7 ? -Infinity : id < 1024 ? -9 : random.normal(),
  fewBetween: (random) => (id) => (id >> 9) % 2 && id % 100 ? -Infinity : random.normal() + (id >> 9),
  allMasked: () => () => -Infinity,
  nan: (random) => (id) => id % 97 === 13 ? NaN : random.normal(),
  positiveInfinity: (random) => (id) => id % 89 === 7 ? Infinity : random.normal(),
  mixed: (random) => (id) =>
    id % 5 === 0 ? -Infinity : id % 1100 === 4 ? NaN : id % 700 === 3 ? Infinity : random.normal(),
};

/** The rows of those names, one after the other. */
export function rowsOf(random: Random, vocabulary: number, names: readonly string[] = Object.keys(ROWS)): Float64Array {
  const values = new Float64Array(names.length * vocabulary);
  names.forEach((name, row) => {
    const at = ROWS[name](random, vocabulary);
    for (let id = 0; id < vocabulary; id++) values[row * vocabulary + id] = at(id);
  });
  return values;
}
