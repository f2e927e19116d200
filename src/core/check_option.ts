import { ParameterError } from "./errors.ts";
import type { Option, OptionValue } from "./option.ts";
import { shown } from "./shown.ts";

/**
 * An option's value, checked; a list is copied. A value that is `undefined` gives the default.
 *
 * @example The default
 * ```ts
 * import { checkOption } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const logprob = { type: "flag", default: true, help: "log-probabilities" } as const;
 * assertEquals(checkOption("topK", "logprob", logprob, undefined), true);
 * ```
 *
 * @param what Whose option it is.
 * @param name Its name.
 * @param option What it may be.
 * @param value What was given.
 * @returns The value.
 * @throws {ParameterError} If it does not fit.
 */
export function checkOption<O extends Option>(what: string, name: string, option: O, value: unknown): OptionValue<O> {
  const absent = value === undefined || option.absentAs?.includes(value as number);
  if (absent && (option.optional || "default" in option)) return option.default as OptionValue<O>;
  const refuse = (found: unknown, wanted: string): never => {
    const said = option.sole ? shown(found) : `with ${name} = ${shown(found)}`;
    throw new ParameterError(`Cannot use ${what} ${said}: wanted ${wanted}`, option.code);
  };
  const { type, words = [] } = option;
  if (type === "data") return option.read!(what, name, value) as OptionValue<O>;
  if (type === "ids") return checkedIds(value, option, refuse) as OptionValue<O>;
  if (type === "sequences") {
    return checkedList(value, wantedBy(option), refuse).map((sequence) => {
      const ids = checkedIds(sequence, { ...option, type: "ids" }, refuse);
      return ids.length > 0 ? ids : refuse(ids, "sequences of at least one id");
    }) as OptionValue<O>;
  }
  const fits = type === "flag"
    ? typeof value === "boolean"
    : type === "text"
    ? typeof value === "string" && value !== ""
    : type === "choice"
    ? words.includes(value as string)
    : isWithin(value, option);
  if (!fits) refuse(value, rangeWords(value, option));
  // Adding 0 makes -0 the 0 that JSON has.
  return (typeof value === "number" ? value + 0 : value) as OptionValue<O>;
}

/** What an option's value must be, in words. */
function wantedBy(option: Option): string {
  const { type, words = [], wanted, hint = "" } = option;
  if (wanted !== undefined) return wanted;
  if (type === "flag") return "true or false";
  if (type === "text") return "a text that is not empty";
  if (type === "choice") return words.map((word) => `"${word}"`).join(" or ");
  if (type === "ids") return "a list of ids";
  if (type === "sequences") return "a list of sequences of ids";
  return numberWords(option) + hint;
}

function numberWords({ type, least, above, most, below }: Option): string {
  const bounded = most !== undefined || below !== undefined;
  const kind = type === "whole" ? "a whole number" : bounded ? "a number" : "a finite number";
  if (least !== undefined && most !== undefined) return `${kind} from ${least} to ${most}`;
  const low = above !== undefined
    ? ` above ${above}`
    : least !== undefined || type === "whole"
    ? ` of at least ${least ?? 0}`
    : "";
  const high = most !== undefined ? ` at most ${most}` : below !== undefined ? ` below ${below}` : "";
  return kind + low + (low && high && ",") + high;
}

function isWithin(value: unknown, option: Option): boolean {
  const { type, least = type === "whole" ? 0 : -Infinity, above = -Infinity, most = Infinity, below = Infinity } =
    option;
  if (!(type === "whole" ? Number.isSafeInteger(value) : Number.isFinite(value))) return false;
  const fits = (number: number) => number >= least && number > above && number <= most && number < below;
  const number = value as number, rounded = Math.fround(number);
  return fits(number) && (!option.float32 || (Number.isFinite(rounded) && fits(rounded)));
}

/** A whole number that is too large for float64 is told so. */
function rangeWords(value: unknown, option: Option): string {
  const { type, least = 0, most, wanted, hint = "" } = option;
  const large = type === "whole" && most === undefined && wanted === undefined && typeof value === "number" &&
    value > Number.MAX_SAFE_INTEGER;
  return large ? `a whole number from ${least} to 2^53 - 1${hint}` : wantedBy(option);
}

type Refuse = (found: unknown, wanted: string) => never;

function checkedList(value: unknown, wanted: string, refuse: Refuse): unknown[] {
  if (typeof (value as Iterable<unknown> | null | undefined)?.[Symbol.iterator] !== "function") refuse(value, wanted);
  return [...value as Iterable<unknown>];
}

function checkedIds(value: unknown, option: Option, refuse: Refuse): number[] {
  const ids = checkedList(value, wantedBy(option), refuse);
  for (const id of ids) {
    if (!isWithin(id, { ...option, type: "whole" })) {
      refuse(id, `ids: ${rangeWords(id, { ...option, type: "whole" }).replace("a whole number", "whole numbers")}`);
    }
  }
  return ids as number[];
}
