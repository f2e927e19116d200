// What a ladder is made of: equal tokens, known by their ids, and the tokens of a range, known by what they add up to.
import { exp } from "../../../kernels/mod.ts";
import type { LogitRange } from "./_logit_range.ts";
import type { RangeSums } from "../reads/_passes.ts";
import type { FineSums } from "../reads/_weigh_pass.ts";

/** Half a float32 step of 1: a probability, or a mass, this close to the one that is wanted has reached it, however it was rounded. */
export const HALF_STEP: number = 2 ** -24;

/** Tokens with one logit, all that are kept of it. */
export class EqualRung {
  /** Their mass, `sum e^(x - top)`. */
  m = 0;

  constructor(
    /** Their ids, ascending. */
    public ids: Uint32Array | readonly [number],
    /** Their logit as the row has it. */
    readonly raw: number,
    /** Their logit as the stages have left it. */
    public upper: number,
    /** What each was, where they are equal only since a stage has given them other logits. */
    readonly raws?: ReadonlyMap<number, number>,
  ) {}

  /** Where it lies among logits as the row has them; where a stage has given it another, as if nothing but that had been read. */
  placeBy(divisor: number): number {
    return this.raws ? this.upper * divisor : this.raw;
  }

  /** The logit of one of them as the row has it. */
  rawOf(id: number): number {
    return this.raws?.get(id) ?? this.raw;
  }

  /** How many they are. */
  get n(): number {
    return this.ids.length;
  }
}

/** All tokens of a range. */
export class SpanRung {
  /** What they add up to, at the temperature of the ladder: asked for when it is first needed. */
  sums: RangeSums | undefined;
  moments: RangeSums | undefined;
  squares: RangeSums | undefined;
  /** The same in float64. */
  fine: FineSums | undefined;

  constructor(readonly range: LogitRange) {}
}

/** One step of a ladder. */
export type Rung = EqualRung | SpanRung;

/** Whether a rung is known by its sums only. */
export function isSpan(rung: Rung): rung is SpanRung {
  return rung instanceof SpanRung;
}

/** Gives equal tokens another logit. */
export function setLogit(rung: EqualRung, x: number, top: number): void {
  rung.upper = x;
  rung.m = x === -Infinity ? 0 : rung.n * exp(x - top);
}

/** Equal tokens of a list, best first. */
export function equalRungs(values: ArrayLike<number>, ids: Uint32Array, scale: (x: number) => number): EqualRung[] {
  const order = Array.from(ids.keys()).sort((a, b) => values[b] - values[a] || ids[a] - ids[b]);
  const rungs: EqualRung[] = [];
  for (let i = 0, from = 0; i < order.length; i++) {
    const x = values[order[from]];
    if (i + 1 < order.length && values[order[i + 1]] === x) continue;
    const group = i === from ? [ids[order[i]]] as const : Uint32Array.from(order.slice(from, i + 1), (at) => ids[at]);
    rungs.push(new EqualRung(group, x + 0, scale(x + 0)));
    from = i + 1;
  }
  return rungs;
}
