/** Parts of a row: where it is cut, and how what was reduced of them comes together. */
import { TILE } from "../../kernels/mod.ts";
import type { Reducers } from "../../src/core/mod.ts";
import { loadState, mergeStates, type RowState, saveState } from "../../src/row/mod.ts";
import type { Random } from "./random.ts";

/** Cuts of [0, vocabulary): on the grid and off it, several inside one tile, single ids. */
export function randomCuts(random: Random, vocabulary: number): [number, number][] {
  const cuts = new Set([0, vocabulary]);
  const put = (id: number) => cuts.add(Math.min(vocabulary, Math.max(0, id)));
  for (let i = random.whole(5); i >= 0; i--) put(random.whole(vocabulary));
  const tile = random.whole(Math.ceil(vocabulary / TILE)) * TILE;
  if (random.whole(2)) [1, 2, 5, 900].forEach((at) => put(tile + at));
  if (random.whole(2)) put(tile);
  if (random.whole(2)) [vocabulary - 1, vocabulary - 2].forEach(put);
  const ends = [...cuts].sort((a, b) => a - b);
  return ends.slice(1).map((to, i) => [ends[i], to]);
}

/** Merges neighbours and strangers alike, two or more at a time, with some states saved and loaded. */
export function mergeAtRandom(random: Random, states: readonly RowState[], reducers: Reducers): RowState {
  let left = random.shuffle(states);
  while (left.length > 1) {
    const some = left.slice(0, 2 + random.whole(left.length - 1));
    const merged = mergeStates(some);
    left = random.shuffle([...left.slice(some.length), random.whole(2) ? sent(merged, reducers) : merged]);
  }
  return left[0];
}

/** A state as it comes from elsewhere. */
export function sent(state: RowState, reducers: Reducers): RowState {
  return loadState(saveState(state), reducers);
}
