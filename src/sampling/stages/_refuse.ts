import { ParameterError, shown } from "../../core/mod.ts";

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

/** Refuses anything but a number above 0 and at most 1. */
export function checkShare(stage: string, option: string, value: number): void {
  if (typeof value !== "number" || !(value > 0 && value <= 1)) {
    refuse(stage, option, value, "a number above 0, at most 1");
  }
}

/** Refuses anything but a finite number from `least` on. */
export function checkFinite(stage: string, option: string, value: number, least = -Infinity): void {
  if (!Number.isFinite(value) || value < least) {
    refuse(stage, option, value, least === -Infinity ? "a finite number" : `a finite number of at least ${least}`);
  }
}

/** Refuses anything but a finite number above 0. */
export function checkAbove(stage: string, option: string, value: number): void {
  if (typeof value !== "number" || !(value > 0 && value < Infinity)) {
    refuse(stage, option, value, "a finite number above 0");
  }
}

/** Refuses anything but whole numbers of at least 0. */
export function checkTokens(stage: string, option: string, ids: Iterable<number>): void {
  for (const id of listOf(stage, option, ids, "a list of ids")) {
    if (!Number.isSafeInteger(id) || id < 0) refuse(stage, option, id, `ids: whole numbers ${rangeFrom(0, id)}`);
  }
}

/** A copy of a list of ids, checked. */
export function idsOf(stage: string, option: string, ids: Iterable<number>): number[] {
  const copy = [...listOf(stage, option, ids, "a list of ids")];
  checkTokens(stage, option, copy);
  return copy;
}

/** A copy of a list of sequences of ids, checked; none may be empty. */
export function sequencesOf(stage: string, option: string, sequences: Iterable<Iterable<number>>): number[][] {
  return [...listOf(stage, option, sequences, "a list of sequences of ids")].map((sequence) => {
    const ids = idsOf(stage, option, sequence);
    if (ids.length === 0) refuse(stage, option, ids, "sequences of at least one id");
    return ids;
  });
}

/** Refuses what cannot be gone through. */
export function listOf<T>(stage: string, option: string, value: Iterable<T>, wanted: string): Iterable<T> {
  if (typeof (value as Iterable<T> | null | undefined)?.[Symbol.iterator] !== "function") {
    refuse(stage, option, value, wanted);
  }
  return value;
}

/** Refuses anything but one of some words. */
export function checkWord(stage: string, option: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string)) refuse(stage, option, value, words.map((word) => `"${word}"`).join(" or "));
}

/** A range of whole numbers; its upper bound is told where that is the reason. */
function rangeFrom(least: number, value: number): string {
  const above = typeof value === "number" && value > Number.MAX_SAFE_INTEGER;
  return above ? `from ${least} to 2^53 - 1` : `of at least ${least}`;
}
