import type { Segment, Spec } from "../../core/mod.ts";
import type { Ladder } from "./ladder.ts";

/** A map on logits, id by id, that a stage has made for one row. */
export interface Edit {
  /** Rewrites the logits of one tile in place. */
  apply(segment: Segment): void;
}

/** What a stage knows while it works on a row. */
export interface StageContext {
  /** The tokens so far: the prompt, then what was accepted. */
  readonly history: readonly number[];
  /** How many of them are the prompt. */
  readonly prompt: number;
  /** The row's number, or the step. */
  readonly row: number;
  /** How many logits the row has; 0 for the edits at the front of a chain, which are made before that is known. */
  readonly vocabulary: number;
  /** The stage's own numbers. */
  readonly own: readonly number[];
  /** A random number in (0, 1), keyed by seed, row (or step) and the stage's place in the chain: the same at every call. */
  chance(): number;
  /**
   * Keeps what {@linkcode Stage.accept} will want to know: the probability of a token, given its id and its logit as the row is read now,
   * or, if `edited`, after the edits that this stage asks for. The logit is NaN where the token was drawn from a row edited otherwise.
   */
  observe(probability: (id: number, logit: number) => number | undefined, edited?: boolean): void;
}

/** What a truncator does besides narrowing: it asks for edits before the chain can go on. */
export interface Continuation {
  /** To be applied to every kept logit; the row is read again if they are not all at hand. */
  readonly edits: readonly Edit[];
}

/**
 * One named step of a sampler's chain: data (`spec`) with what it does to the logits of a row.
 *
 * Made by the factories of this room; an {@linkcode Operator} (`logitBias`, `mask`, `softcap`, `temperature`) is a stage as well.
 */
export interface Stage {
  /** What it is, as data. */
  readonly spec: Spec;
  /** The edit for a row, if the stage is one; `undefined` where there is nothing to edit. Made once a row. */
  edit?(context: StageContext): Edit | undefined;
  /**
   * Narrows the kept tokens, if the stage truncates or rescales. It may run several times a row, with more known each time: what it does
   * must hang on what it is given alone.
   */
  cut?(ladder: Ladder, context: StageContext): Continuation | void;
  /** Refuses a vocabulary it does not fit, before any read. */
  check?(vocabulary: number): void;
  /** Refuses a row that it does not fit, before the row gives a token. */
  checkRow?(vocabulary: number, row: number): void;
  /** The most tokens it keeps, whatever the row: known before any read. */
  readonly most?: number;
  /** The same, where all that equal the last of them stay as well. */
  readonly mostWithoutTies?: number;
  /** Whether its `cut` may ask for edits. */
  readonly edits?: boolean;
  /** Whether the last digits of its sums show in what it does: then they are made in float64. */
  readonly exact?: boolean;
  /** The fixed temperature that it divides by, if that is all it does. */
  readonly divisor?: number;
  /** Its own numbers at the start, if it has any. */
  readonly initial?: readonly number[];
  /** Its own numbers after a token. `probability` is what it observed of that token, if it did. */
  accept?(own: readonly number[], id: number, probability: number | undefined): readonly number[];
}
