/** The block of a tile that is flushed: 32 logits a lane. */
export const BLOCK = 256;

/** Eight lanes of sums, from a place on, as one: in the order of the binaries. */
export function addLanes(totals: Float64Array, at: number): number {
  return ((totals[at] + totals[at + 1]) + (totals[at + 2] + totals[at + 3])) +
    ((totals[at + 4] + totals[at + 5]) + (totals[at + 6] + totals[at + 7]));
}
