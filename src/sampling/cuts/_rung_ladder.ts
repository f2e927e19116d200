// The ladder that a stage is given: each of its words is a cut that is a file of its own.
import { ln } from "../../../kernels/mod.ts";
import type { Ladder } from "../stages/ladder.ts";
import type { Ties } from "../stages/ties.ts";
import { dropTop } from "./_drop_top.ts";
import { keepCount } from "./_keep_count.ts";
import { keepEntropy } from "./_keep_entropy.ts";
import { keepFrom } from "./_keep_from.ts";
import { keepMass } from "./_keep_mass.ts";
import { keepNearest } from "./_keep_nearest.ts";
import { rewrite } from "./_rewrite.ts";
import { HALF_STEP } from "./_rung.ts";
import { Rungs } from "./_rungs.ts";
import { scale } from "./_scale.ts";
import { spreadOf } from "./_spread.ts";

/** Rungs as a stage sees them. */
export class RungLadder extends Rungs implements Ladder {
  spread(): ReturnType<typeof spreadOf> {
    return spreadOf(this);
  }

  /** Takes masked candidates away, but for what is wanting to `least`. */
  #cutTo(least: number): void {
    this.slots = Math.min(least, this.slots);
  }

  keepCount(k: number, ties: Ties): void {
    keepCount(this, k, ties);
    this.#cutTo(k);
  }

  keepMass(p: number, least: number, ties: Ties): void {
    keepMass(this, p, least, ties);
    this.#cutTo(least);
  }

  keepFrom(t: number, least: number, ties: Ties = "lowestId"): void {
    keepFrom(this, t, least, ties);
    this.#cutTo(least);
  }

  maskBelow(t: number): void {
    const { candidates } = this;
    keepFrom(this, t, 1, "lowestId");
    this.slots = candidates;
  }

  keepProbable(logprob: number, least: number, ties: Ties = "lowestId"): void {
    const above = ln(this.mass) + logprob - HALF_STEP, t = this.top + above;
    this.requireSure(t);
    // No token is that likely; beside a large logit the sum below would not show it.
    if (above > 0) this.keepCount(least, ties);
    else this.keepFrom(t, least, ties);
  }

  keepTypical(p: number, least: number): void {
    keepNearest(this, p, least);
    this.#cutTo(least);
  }

  keepEntropy(h: number): void {
    keepEntropy(this, h);
    this.#cutTo(1);
  }

  dropTop(logprob: number, least: number): void {
    dropTop(this, logprob, least);
  }

  scale(t: number): void {
    scale(this, t);
  }

  rewrite(logit: (x: number, id: number) => number): void {
    rewrite(this, logit);
  }
}
