import type { Backend } from "../../kernels/mod.ts";

/**
 * What a saved state says was folded into it, as the engine has checked it: a reducer holds its own part of the state against it.
 * Whole tiles only: the logits of partial tiles at the ends of a part wait beside the reducers' states.
 */
export interface Folded {
  /** The source's row number. */
  readonly row: number;
  /** How many logits the whole row has. */
  readonly vocabulary: number;
  /** How many logits were folded. */
  readonly count: number;
  /** The largest of them, NaN left out; -Infinity if there is none. */
  readonly maximum: number;
  /** How many of them are NaN. */
  readonly nan: number;
  /** How many are +Infinity. */
  readonly posInf: number;
  /** The arithmetic that folded them. */
  readonly backend: Backend;
  /** What a logit is in its memory. */
  readonly element: "f32" | "f64";
  /** The same of another of the row's aligned streams. */
  of(stream: string): Folded;
  /** Whether the logit of this id was folded; false of anything that is no id. */
  has(id: number): boolean;
}
