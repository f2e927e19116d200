// The checks of the stages' options.
import { ParameterError, shown } from "../../core/mod.ts";
import type { Ties } from "./ties.ts";

export { optionsOf } from "../../core/mod.ts";

/** Refuses an option, naming the stage, the option, what was found and what was wanted. */
export function refuse(stage: string, option: string, value: unknown, wanted: string): never {
  const code = option === "k" || option === "topK" ? "E_K_RANGE" : "E_PARAM";
  throw new ParameterError(`Cannot use ${stage} with ${option} = ${shown(value)}: wanted ${wanted}`, code);
}

/** Refuses anything but a whole number of at least `least`. */
export function checkCount(stage: string, option: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    refuse(stage, option, value, `a whole number ${rangeFrom(least, value)}`);
  }
}

/** Refuses anything but a number that fits. */
export function checkNumber(
  stage: string,
  option: string,
  value: number,
  fits: (x: number) => boolean,
  wanted: string,
): void {
  if (typeof value !== "number" || !fits(value)) refuse(stage, option, value, wanted);
}

/** Refuses anything but a number above 0 and at most 1. */
export function checkShare(stage: string, option: string, value: number): void {
  checkNumber(stage, option, value, (share) => share > 0 && share <= 1, "a number above 0, at most 1");
}

/** Refuses anything but a finite number from `least` on. */
export function checkFinite(stage: string, option: string, value: number, least = -Infinity): void {
  if (!Number.isFinite(value) || value < least) {
    refuse(stage, option, value, least === -Infinity ? "a finite number" : `a finite number of at least ${least}`);
  }
}

/** Refuses anything but a finite number above 0. */
export function checkAbove(stage: string, option: string, value: number): void {
  checkNumber(stage, option, value, (x) => x > 0 && x < Infinity, "a finite number above 0");
}

/** A copy of a list of ids; refuses anything but whole numbers of at least 0. */
export function checkedIds(stage: string, option: string, ids: Iterable<number>): number[] {
  const copy = [...checkedList(stage, option, ids, "a list of ids")];
  for (const id of copy) {
    if (!Number.isSafeInteger(id) || id < 0) refuse(stage, option, id, `ids: whole numbers ${rangeFrom(0, id)}`);
  }
  return copy;
}

/** A copy of a list of sequences of ids, checked; none may be empty. */
export function checkedSequences(stage: string, option: string, sequences: Iterable<Iterable<number>>): number[][] {
  return [...checkedList(stage, option, sequences, "a list of sequences of ids")].map((sequence) => {
    const ids = checkedIds(stage, option, sequence);
    if (ids.length === 0) refuse(stage, option, ids, "sequences of at least one id");
    return ids;
  });
}

/** Refuses what cannot be gone through. */
export function checkedList<T>(stage: string, option: string, value: Iterable<T>, wanted: string): Iterable<T> {
  if (typeof (value as Iterable<T> | null | undefined)?.[Symbol.iterator] !== "function") {
    refuse(stage, option, value, wanted);
  }
  return value;
}

/** Refuses anything but one of some words. */
export function checkWord(stage: string, option: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string)) refuse(stage, option, value, words.map((word) => `"${word}"`).join(" or "));
}

/** Refuses anything but a rule for ties. */
export function checkTies(stage: string, ties: Ties): void {
  checkWord(stage, "ties", ties, ["lowestId", "highestId", "all"]);
}

/** A range of whole numbers; its upper bound is named where the value is beyond it. */
function rangeFrom(least: number, value: number): string {
  const above = typeof value === "number" && value > Number.MAX_SAFE_INTEGER;
  return above ? `from ${least} to 2^53 - 1` : `of at least ${least}`;
}
