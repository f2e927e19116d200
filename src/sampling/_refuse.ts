import { ParameterError } from "../core/mod.ts";

/** Refuses an option, naming the stage, the option, what was found and what was wanted. */
export function refuse(stage: string, option: string, value: unknown, wanted: string): never {
  const code = option === "k" ? "E_K_RANGE" : "E_PARAM";
  throw new ParameterError(`Cannot use ${stage} with ${option} = ${String(value)}: wanted ${wanted}`, code);
}

/** Refuses anything but a whole number of at least `least`. */
export function checkCount(stage: string, option: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    refuse(stage, option, value, `a whole number of at least ${least}`);
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
  if (typeof (ids as Iterable<number> | undefined)?.[Symbol.iterator] !== "function") {
    refuse(stage, option, ids, "a list of ids");
  }
  for (const id of ids) {
    if (!Number.isSafeInteger(id) || id < 0) refuse(stage, option, id, "ids: whole numbers of at least 0");
  }
}

/** Refuses anything but one of some words. */
export function checkWord(stage: string, option: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string)) refuse(stage, option, value, words.map((word) => `"${word}"`).join(" or "));
}
