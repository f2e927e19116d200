// What a read of a whole row must find out for the stages that are left of a chain.
import type { Level } from "../../../kernels/mod.ts";
import { drawsAhead, LEAST_AHEAD, MOST_PROPOSALS } from "../draws/_proposals.ts";
import { BEST, closingOf, divisorOf } from "../stages/_chain.ts";
import type { Stage } from "../stages/stage.ts";

/** What a sampler is to find out of each row. */
export interface RunSettings {
  readonly seed: number;
  readonly draws: number;
  readonly details: boolean;
  readonly topLogprobs: number;
  /** Whether every kept token must be known, not only the drawn one. */
  readonly exact: boolean;
}

/** What a read of a whole row must find out for the stages that are left. */
export interface ReadPlan {
  /** What the engine's own sweep, over the unedited logits, must know. */
  readonly needs: Level;
  /** What the sweep over the logits that the chain sees must know: the same one, where they are not edited. */
  readonly level: Level;
  /** Whether the logits are edited as they are read. */
  readonly edited: boolean;
  /** How many of the best are held; 0 for none. */
  readonly best: number;
  /** How many tokens are drawn from the whole row, to be taken if they are kept. */
  readonly proposals: number;
  /** By what the chain divides the logits in the end: at this temperature they are drawn. */
  readonly by: number;
  /** Whether a cut may fall below the best: then the logits are counted in cells. */
  readonly cells: boolean;
  /** Whether mean and variance of the logits are wanted. */
  readonly moments: boolean;
  /** How many of the row's own (unedited) best are held, for ranks and log-probabilities; 0 for none. */
  readonly raw: number;
  /** Whether masked tokens are counted. */
  readonly masked: boolean;
}

/** How many of the raw best are held to tell ranks. */
const RAW = 64;

/**
 * Plans a read. Stages that only edit are passed over: the row shows whether they have something to do, and if they do, what lies behind
 * them is for another read. `first`: whether it is the row's first read.
 */
export function planRead(stages: readonly Stage[], settings: RunSettings, first: boolean, edited: boolean): ReadPlan {
  const { details, draws, topLogprobs } = settings;
  const rest = stages.filter(({ edit, cut }) => cut || !edit);
  const closing = closingOf(rest);
  const open = closing < 0 ? rest : rest.slice(0, closing);
  const entropy = details || open.some(({ needs }) => needs === "entropy");
  const cells = open.some(({ needsBest = Infinity }) => needsBest > BEST);
  const level = entropy ? "moments" : closing === 0 ? "maximum" : "sum";
  return {
    needs: needsOf(level, settings, first, edited),
    level,
    edited,
    best: closing === 0 ? rest[0].most ?? BEST : rest.length === 0 && draws === 1 ? 0 : BEST,
    proposals: proposalsFor(rest, draws),
    // The kernel rounds it where the row wants that.
    by: divisorOf(rest, true) ?? 1,
    cells,
    moments: open.length > 0 && open[0].needs === "spread",
    raw: first && (details || topLogprobs > 0) ? Math.max(RAW, topLogprobs) : 0,
    masked: details || cells || open.some(({ needsMasked }) => needsMasked === true),
  };
}

function needsOf(level: Level, { details, topLogprobs }: RunSettings, first: boolean, edited: boolean): Level {
  if (details && first) return "moments";
  if (edited) return topLogprobs > 0 && first ? "sum" : "maximum";
  return topLogprobs > 0 && level === "maximum" ? "sum" : level;
}

/** How many tokens a read draws, so that nearly always enough of them are kept, and different. */
export function proposalsFor(rest: readonly Stage[], draws: number): number {
  if (draws === 0 || closingOf(rest) >= 0 || divisorOf(rest, true) === undefined) return 0;
  if (draws === 1) return rest.every(({ divisor }) => divisor !== undefined) ? 1 : LEAST_AHEAD;
  return Math.min(MOST_PROPOSALS, drawsAhead(draws));
}
