import { AHEAD, aheadOf } from "../draws/_ahead.ts";
import { BEST, closingOf, divisorOf } from "../stages/_chain.ts";
import type { Wanted } from "./_findings.ts";
import { MOST_PROPOSALS } from "../draws/_proposals.ts";
import type { Stage } from "../stages/stage.ts";

/**
 * What a read must find out for the stages that are left. Those that only edit are passed over: whether they have something to do is told
 * by the row, and if they do, what lies behind them is for another read.
 */
export function wantedFor(
  stages: readonly Stage[],
  { details, draws, raw }: { details: boolean; draws: number; raw: number },
): Wanted {
  const rest = stages.filter(({ edit, cut }) => cut || !edit);
  const closing = closingOf(rest);
  const open = closing < 0 ? rest : rest.slice(0, closing);
  const entropy = details || open.some(({ needs }) => needs === "entropy");
  const cells = open.some(({ looks = Infinity }) => looks > BEST);
  const best = closing === 0 ? rest[0].most ?? BEST : rest.length === 0 && draws === 1 ? 0 : BEST;
  return {
    level: entropy ? "moments" : closing === 0 ? "maximum" : "sum",
    best,
    proposals: proposalsFor(rest, draws),
    // The kernel rounds it where the row wants that.
    by: divisorOf(rest, true) ?? 1,
    cells,
    moments: open.length > 0 && open[0].needs === "spread",
    raw,
    masked: details || cells || open.some(({ counts }) => counts === true),
  };
}

/** How many tokens a read draws, so that nearly always enough of them are kept, and different. */
export function proposalsFor(rest: readonly Stage[], draws: number): number {
  if (draws === 0 || closingOf(rest) >= 0 || divisorOf(rest, true) === undefined) return 0;
  if (draws === 1) return rest.every(({ divisor }) => divisor !== undefined) ? 1 : AHEAD;
  return Math.min(MOST_PROPOSALS, aheadOf(draws));
}
