import type { Option, OptionTable, OptionValue } from "../core/mod.ts";
import { dashed, type Flag, type Flags } from "./_flags.ts";

/** What an option's value is called in a help, by its type; a switch has none. */
const VALUES: Readonly<Record<Option["type"], string | undefined>> = {
  whole: "N",
  number: "X",
  text: "TEXT",
  flag: undefined,
  choice: undefined,
  ids: "ID,ID,...",
  sequences: undefined,
  data: undefined,
};

/** How a flag differs from what its option says. */
export type FlagWords = Partial<Pick<Flag, "name" | "value" | "help" | "elsewhere">>;

/** The flag of an option: `topK` is `--top-k`. */
export function flagOf(name: string, { type, help, least, words, alias }: Option, own: FlagWords = {}): Flag {
  const value = own.value ?? words?.join("|") ?? VALUES[type];
  const text = own.help ?? help;
  return {
    name: own.name ?? kebab(name),
    ...(value === undefined ? {} : { value }),
    help: alias === undefined ? text : `${text}; also ${dashed(kebab(alias))}`,
    ...(least === undefined ? {} : { least }),
    ...(alias === undefined ? {} : { alias: kebab(alias) }),
    ...(own.elsewhere ? { elsewhere: own.elsewhere } : {}),
  };
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The flags of a table of options, in its order. */
export function flagsOf(table: OptionTable, own: Readonly<Record<string, FlagWords>> = {}): Flag[] {
  return Object.entries(table).map(([name, option]) => flagOf(name, option, own[name]));
}

/** What the flags say of their options; `undefined` for those that are not given. */
export function readFlags<T extends OptionTable>(
  flags: Flags,
  table: T,
  own: Readonly<Record<string, FlagWords>> = {},
): { readonly [K in keyof T]: OptionValue<T[K]> } {
  const read = Object.entries(table).map((
    [name, option],
  ) => [name, readFlag(flags, flagOf(name, option, own[name]).name, option)]);
  return Object.fromEntries(read);
}

/** What a flag says of its option; `undefined` if it is not given. */
export function readFlag(flags: Flags, flag: string, { type, words = [] }: Option): unknown {
  switch (type) {
    case "whole":
      return flags.whole(flag);
    case "number":
      return flags.number(flag);
    case "flag":
      return flags.has(flag) ? true : undefined;
    case "choice":
      return flags.choice(flag, words);
    case "ids":
      return flags.list(flag);
    default:
      return flags.text(flag);
  }
}
