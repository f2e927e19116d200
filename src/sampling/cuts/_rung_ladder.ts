// The ladder that a stage is given: every cut is a file of its own, what is only looked up stands here.
import { exp, ln } from "../../../kernels/mod.ts";
import { dropTop } from "./_drop_top.ts";
import { keepCount } from "./_keep_count.ts";
import { keepEntropy } from "./_keep_entropy.ts";
import { keepFrom } from "./_keep_from.ts";
import { keepMass } from "./_keep_mass.ts";
import { keepNearest } from "./_keep_nearest.ts";
import { rewrite } from "./_rewrite.ts";
import { HALF_STEP, idsOf, isCell } from "./_rung.ts";
import { Rungs, type Spread } from "./_rungs.ts";
import { scale } from "./_scale.ts";
import { spreadOf } from "./_spread.ts";
import type { Ladder } from "../stages/ladder.ts";
import type { Ties } from "../stages/ties.ts";

/** The rounding of a logarithm and two additions. */
const ROUNDING = 1e-9;

/** Rungs as a stage sees them: each of its words is a cut, or a look, that is a file of its own. */
export class RungLadder extends Rungs implements Ladder {
  /** Takes masked candidates away, but for what is wanting to `least`. */
  #cutTo(least: number): void {
    this.slots = Math.min(least, this.slots);
  }

  /** Keeps the best k tokens. */
  keepCount(k: number, ties: Ties): void {
    keepCount(this, k, ties);
    this.#cutTo(k);
  }

  /** Keeps the fewest best tokens that hold a share p of the window's mass, and at least some. */
  keepMass(p: number, least: number, ties: Ties): void {
    keepMass(this, p, least, ties);
    this.#cutTo(least);
  }

  /** Keeps the tokens whose logit is at least `t`, and the best `least`. `doubt`: how far `t` may be off. */
  keepFrom(t: number, least: number, doubt = 0, ties: Ties = "lowestId"): void {
    keepFrom(this, t, least, doubt, ties);
    this.#cutTo(least);
  }

  /** See {@linkcode Ladder}. */
  maskBelow(t: number, doubt = 0): void {
    const { candidates } = this;
    keepFrom(this, t, 1, doubt, "lowestId");
    this.slots = candidates;
  }

  /** Keeps the tokens of at least a log-probability, and the best `least`. `more`: how far that may be off. */
  keepProbable(logprob: number, least: number, more = 0, ties: Ties = "lowestId"): void {
    const { mass, error } = this;
    if (2 * error > mass) this.giveUp("the mass that probabilities are shares of");
    const doubt = (error > 0 ? 1.5 * error / mass + ROUNDING : 0) + more;
    const above = ln(mass) + logprob - HALF_STEP;
    // No token is that likely; beside a large logit the sum below would not show it.
    if (above > doubt) return this.keepCount(least, ties);
    this.keepFrom(this.top + above, least, doubt, ties);
  }

  /** Keeps the tokens whose surprise is nearest to the entropy. */
  keepTypical(p: number, least: number): void {
    keepNearest(this, p, least);
    this.#cutTo(least);
  }

  /** Keeps the longest run from the best token on that holds at most a share h of the entropy. */
  keepEntropy(h: number): void {
    keepEntropy(this, h);
    this.#cutTo(1);
  }

  /** Drops all but the least likely of the tokens of at least a log-probability, if `least` candidates stay. */
  dropTop(logprob: number, least: number): void {
    dropTop(this, logprob, least);
  }

  /** See {@linkcode Ladder}. */
  spread(): Spread {
    return spreadOf(this);
  }

  /** See {@linkcode Ladder}. */
  squares(): readonly [least: number, most: number] {
    const { mass, error, top } = this;
    let least = 0, most = 0;
    for (const rung of this.kept) {
      const { q, m, upper } = rung, doubt = this.errorOf(rung);
      // No token weighs more than the largest.
      const weight = exp(upper - top);
      least += Number.isNaN(q) ? 0 : Math.max(0, q - 2 * doubt * weight);
      most += Number.isNaN(q) ? m * weight : q + 2 * doubt * weight;
    }
    return [least / (mass + error) ** 2, error < mass ? most / (mass - error) ** 2 : Infinity];
  }

  /** See {@linkcode Ladder}. Where cells are kept, a token in one is known by its logit. */
  snapshot(): (id: number, logit: number) => number | undefined {
    const { mass, top, divisor, listed } = this;
    const known = new Map<number, number>();
    for (const rung of this.kept) {
      if (isCell(rung)) continue;
      for (const id of idsOf(rung)) known.set(id, rung.m / rung.n / mass);
    }
    return (id, logit) =>
      known.get(id) ?? (listed || Number.isNaN(logit) ? undefined : exp(logit / divisor - top) / mass);
  }

  /** See {@linkcode Ladder}. */
  scale(t: number): boolean {
    return scale(this, t);
  }

  /** See {@linkcode Ladder}. */
  rewrite(logit: (x: number, id: number) => number): void {
    rewrite(this, logit);
  }
}
