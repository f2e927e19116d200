import type { Target } from "./_ask.ts";
import { ratio, type Rounds } from "./_rounds.ts";

/** A target and what came of it. */
export interface Verdict {
  /** What was measured against what. */
  readonly promise: string;
  /** How many times the time (`most`), or how many times faster (`least`). */
  readonly measured: number;
  readonly most?: number;
  readonly least?: number;
  readonly pass: boolean;
}

/** Holds a target against the rounds. */
export function verdictOf(rounds: Rounds, { of, against, most, least }: Target): Verdict {
  const measured = ratio(rounds, of, against);
  const pass = measured <= (most ?? Infinity) && measured >= (least ?? 0);
  const limits = { ...(most === undefined ? {} : { most }), ...(least === undefined ? {} : { least }) };
  return { promise: `${of} / ${against}`, measured, ...limits, pass };
}

/** A verdict as a line. */
export function verdictLine({ promise, measured, most, least, pass }: Verdict): string {
  const wanted = most === undefined ? `at least ${least}` : `at most ${most}`;
  return `  ${pass ? "PASS" : "MISS"}  ${measured.toFixed(2).padStart(8)} x, ${wanted}: ${promise}`;
}
