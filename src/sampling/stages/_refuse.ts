// How options are refused that are checked by hand.
import { ParameterError, shown } from "../../core/mod.ts";

export { optionsOf } from "../../core/mod.ts";

/** Refuses an option, naming the stage, the option, what was found and what was wanted. */
export function refuse(stage: string, option: string, value: unknown, wanted: string): never {
  const code = option === "topK" ? "E_K_RANGE" : "E_PARAM";
  throw new ParameterError(`Cannot use ${stage} with ${option} = ${shown(value)}: wanted ${wanted}`, code);
}

/** Refuses anything but one of some words. */
export function checkWord(stage: string, option: string, value: unknown, words: readonly string[]): void {
  if (!words.includes(value as string)) refuse(stage, option, value, words.map((word) => `"${word}"`).join(" or "));
}
