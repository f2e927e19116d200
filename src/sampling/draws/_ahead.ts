/** How many tokens are drawn ahead at least. */
export const AHEAD = 16;

/** How many tokens are drawn ahead, so that nearly always so many of them are kept, and different. */
export function aheadOf(draws: number): number {
  return Math.max(AHEAD, 4 * Math.ceil(draws / 2) + 8);
}
