import type { ErrorCode } from "./errors.ts";

/** What an option may be. `whole` is of at least 0 where `least` is absent; `data` is something of its own, which `read` understands. */
export type OptionType = "whole" | "number" | "text" | "flag" | "choice" | "ids" | "sequences" | "data";

/**
 * One option of a factory, as data: its check, its place in the spec, its line in a help, its flag and its query parameter follow from it.
 * Written out in full where it is used, so that a bundle without the factory has nothing of it.
 */
export interface Option {
  /** What it may be. */
  readonly type: OptionType;
  /** One line of documentation, without a full stop. */
  readonly help: string;
  /** What it is where it is not given. */
  readonly default?: unknown;
  /** It may be left out, and has no default. */
  readonly optional?: boolean;
  /** It stands before the others, without a name: `topK(5)`. */
  readonly argument?: boolean;
  /** It is all that the factory takes: an error does without its name. */
  readonly sole?: boolean;
  /** The bounds hold for the number rounded to float32, too. */
  readonly float32?: boolean;
  /** The smallest number that will do. */
  readonly least?: number;
  /** The number must be above this. */
  readonly above?: number;
  /** The largest that will do. */
  readonly most?: number;
  /** The number must be below this. */
  readonly below?: number;
  /** Numbers that are another way of leaving it out: Infinity, which JSON does not have. */
  readonly absentAs?: readonly number[];
  /** The words that will do. */
  readonly words?: readonly string[];
  /** What an error adds to what is wanted. */
  readonly hint?: string;
  /** What is wanted, where the bounds do not say it well. */
  readonly wanted?: string;
  /** Another name that it may be given by. */
  readonly alias?: string;
  /** The error's code; `E_PARAM` when absent. */
  readonly code?: ErrorCode;
  /** Understands a value of type `data`, as given or as JSON; refuses what does not fit. */
  read?(what: string, name: string, value: unknown): unknown;
  /** The value as JSON, where it is not plain already. */
  // deno-lint-ignore no-explicit-any
  write?(value: any): unknown;
}

/** The type of an option's value. */
export type OptionValue<O extends Option> =
  | (O extends { readonly type: "whole" | "number" } ? number
    : O extends { readonly type: "flag" } ? boolean
    : O extends { readonly type: "text" } ? string
    : O extends { readonly type: "choice"; readonly words: readonly (infer W)[] } ? W
    : O extends { readonly type: "ids" } ? readonly number[]
    : O extends { readonly type: "sequences" } ? readonly (readonly number[])[]
    : O extends { readonly read: (...given: never[]) => infer T } ? T
    : never)
  | (O extends { readonly optional: true } ? undefined : never);
