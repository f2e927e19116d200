// What the first read of a row must find out for a chain.
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
  /** How many of the best are held, where no other can be kept; 0 where any can. */
  readonly best: number;
  /** Whether these are all that can be kept, whatever equals the last of them. */
  readonly closed: boolean;
  /** Whether a cut may fall anywhere: then the row had better be kept whole. */
  readonly keeps: boolean;
  /** How many tokens are drawn from the whole row as it is read, to be taken if they are kept. */
  readonly proposals: number;
  /** How many of the row's own (unedited) best are held, for ranks and log-probabilities; 0 for none. */
  readonly raw: number;
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
  const level = closing === 0 && !details ? "maximum" : "sum";
  const keeps = closing !== 0 && (rest.length > 0 || draws !== 1 || details);
  return {
    needs: needsOf(level, settings, first, edited),
    level,
    edited,
    best: closing === 0 ? rest[0].most ?? BEST : 0,
    closed: closing === 0 && rest[0].most !== undefined,
    keeps,
    proposals: rest.length === 0 && !keeps ? proposalsFor(rest, draws) : 0,
    raw: first && (details || topLogprobs > 0) ? Math.max(RAW, topLogprobs) : 0,
  };
}

function needsOf(level: Level, { details, topLogprobs }: RunSettings, first: boolean, edited: boolean): Level {
  if (details && first) return "moments";
  if (edited) return topLogprobs > 0 && first ? "sum" : "maximum";
  return topLogprobs > 0 && level === "maximum" ? "sum" : level;
}

/** How many tokens are drawn from the whole row, so that nearly always enough of them are kept, and different. */
export function proposalsFor(rest: readonly Stage[], draws: number): number {
  if (draws === 0 || closingOf(rest) >= 0 || divisorOf(rest, true) === undefined) return 0;
  if (draws === 1) return rest.every(({ divisor }) => divisor !== undefined) ? 1 : LEAST_AHEAD;
  return Math.min(MOST_PROPOSALS, drawsAhead(draws));
}
