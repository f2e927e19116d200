import { ParameterError } from "../core/mod.ts";
import { didYouMean, meant } from "./_meant.ts";
import { parseArgs, type ParsedArgs } from "./_parse_args.ts";
import { UsageError } from "./_usage_error.ts";

/** One flag of a command, as its help shows it. */
export interface Flag {
  /** Without dashes. */
  readonly name: string;
  /** What its value is called; absent on switches. */
  readonly value?: string;
  /** What it does. */
  readonly help: string;
  /** The least whole number that it takes; 0 if absent. */
  readonly least?: number;
  /** Another name of it, which the program takes too. */
  readonly alias?: string;
  /** What other programs call it: such a name is answered with this one. */
  readonly elsewhere?: readonly string[];
}

/** What every command has, and the program itself. */
export const GENERAL: readonly Flag[] = [
  { name: "help", help: "print this; also -h" },
  { name: "version", help: "print the version; also -V", elsewhere: ["v"] },
];

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^\d+$/;
const SIGNED = /^[+-]?\d+$/;

/** How a flag is written: `-o`, `--rows`. */
export function dashed(name: string): string {
  return (name.length === 1 ? "-" : "--") + name;
}

/**
 * The same arguments, a flag and a negative number after it joined, so that the number is taken for the value it is; spellings
 * that would be taken for something else are refused.
 */
function joined(args: readonly string[], known: readonly Flag[]): string[] {
  const taking = new Set(known.filter(({ value }) => value !== undefined).map(({ name }) => dashed(name)));
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const out: string[] = [];
  for (let i = 0; i < end; i++) {
    const arg = unaliased(args[i], known);
    refuseSpelling(arg, known);
    if (taking.has(arg) && i + 1 < end && /^-[\d.]/.test(args[i + 1])) out.push(`${arg}=${args[++i]}`);
    else out.push(arg);
  }
  return [...out, ...args.slice(end)];
}

/** The same argument, a flag that is given by its alias under its own name. */
function unaliased(arg: string, known: readonly Flag[]): string {
  const [given] = arg.split("=", 1);
  const flag = known.find(({ alias }) => alias !== undefined && dashed(alias) === given);
  return flag ? dashed(flag.name) + arg.slice(given.length) : arg;
}

function refuseSpelling(arg: string, known: readonly Flag[]): void {
  const [name, ...value] = arg.split("=");
  const flag = known.find((flag) => dashed(flag.name) === name);
  if (flag && flag.value === undefined && value.length > 0) {
    throw new UsageError(`Cannot use ${arg}: ${name} takes no value`);
  }
  if (/^--.$/.test(name)) throw noSuchFlag(name, known);
  if (/^-[a-z]./i.test(arg)) {
    const letter = arg.slice(0, 2);
    if (!known.some((flag) => dashed(flag.name) === letter)) throw noSuchFlag(arg, known);
    throw new UsageError(`Cannot use ${arg}: wanted ${letter} and its value apart`);
  }
}

function refused(name: string, text: string | undefined, wanted: string): UsageError {
  return new UsageError(`Cannot use ${dashed(name)} ${text}: wanted ${wanted}`);
}

function noSuchFlag(arg: string, known: readonly Flag[]): UsageError {
  return new UsageError(`Cannot use ${arg}: there is no such flag${didYouMean(meantFlag(arg, known))}`);
}

/** The flag that a misspelt one stands for, with its dashes; among them those that every command has. */
export function meantFlag(arg: string, known: readonly Flag[] = []): string | undefined {
  const name = arg.replace(/^-+/, "").replace(/=.*$/s, "");
  const flags = [...known, ...GENERAL];
  const names = flags.map((flag) => [flag.name, ...flag.elsewhere ?? []]);
  const found = meant(name, names.flat());
  const flag = flags.find((_, i) => found !== undefined && names[i].includes(found));
  return flag && dashed(flag.name);
}

/** The flags and the one source of a command line, checked to be known, complete and given once. */
export class Flags {
  readonly #known: readonly Flag[];
  readonly #args: ParsedArgs;

  constructor(args: readonly string[], known: readonly Flag[]) {
    this.#known = known;
    const unknown: string[] = [];
    const names = known.map(({ name }) => name);
    const switches = known.filter(({ value }) => value === undefined).map(({ name }) => name);
    this.#args = parseArgs(joined(args, known), {
      string: [...names.filter((name) => !switches.includes(name)), "_"],
      boolean: switches,
      collect: names,
      unknown: (arg, key) => key === undefined || unknown.push(arg) === 0,
    });
    for (const { name, value } of known) this.#checkOne(name, value);
    if (unknown.length > 0) throw noSuchFlag(unknown[0], known);
  }

  #checkOne(name: string, value: string | undefined): void {
    const given = this.#args[name];
    if (given.length > 1) throw new UsageError(`Cannot use ${dashed(name)} twice: wanted at most one`);
    if (given[0] === "") throw new UsageError(`Cannot use ${dashed(name)} without a value: wanted ${value}`);
  }

  /** The one positional argument. */
  get source(): string {
    const [source, more] = this.#args._;
    if (source === undefined) {
      throw new UsageError("Cannot run without a source: wanted a file, or - for standard input");
    }
    if (more !== undefined) throw new UsageError(`Cannot use "${more}": wanted one source, found "${source}" already`);
    return source;
  }

  /** Both positional arguments, of a command that takes two. */
  get pair(): readonly [string, string] {
    const [first, second, more] = this.#args._;
    if (second === undefined) {
      throw new UsageError(`Cannot run with ${first ? "one source" : "no source"}: wanted two, A B`);
    }
    if (more !== undefined) {
      throw new UsageError(`Cannot use "${more}": wanted two sources, found "${first}" and "${second}"`);
    }
    return [first, second];
  }

  /** Whether the flag is there. */
  has(name: string): boolean {
    return this.#args[name].length > 0 && this.#args[name][0] !== false;
  }

  /** Its value. */
  text(name: string): string | undefined {
    return this.#args[name][0] as string | undefined;
  }

  /** Its value as a number. */
  number(name: string): number | undefined {
    return this.#numberOf(name, NUMBER, "a number");
  }

  /** Its value as a whole number. */
  whole(name: string): number | undefined {
    const { least = 0 } = this.#known.find((flag) => flag.name === name)!;
    const wanted = `a whole number of at least ${least}`;
    const value = this.#numberOf(name, least < 0 ? SIGNED : WHOLE, wanted);
    if (value === undefined || Number.isSafeInteger(value) && value >= least) return value;
    throw refused(name, this.text(name), value < least ? wanted : `a whole number from ${least} to 2^53 - 1`);
  }

  #numberOf(name: string, form: RegExp, wanted: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!form.test(text)) throw refused(name, text, wanted);
    return Number(text);
  }

  /** Its value out of a few. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined || choices.includes(text as T)) return text as T | undefined;
    throw refused(name, text, choices.join(", "));
  }

  /** Its value as whole numbers between commas. */
  list(name: string): number[] | undefined {
    const items = this.text(name)?.split(",");
    if (items === undefined || items.every((item) => WHOLE.test(item) && Number.isSafeInteger(Number(item)))) {
      return items?.map(Number);
    }
    throw refused(name, this.text(name), "whole numbers between commas");
  }

  /** Its value as an interval `A:B`. */
  interval(name: string): readonly [number, number] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ends = text.split(":");
    if (ends.length !== 2 || !ends.every((end) => WHOLE.test(end))) {
      throw refused(name, text, "A:B, from A up to and without B");
    }
    return [Number(ends[0]), Number(ends[1])];
  }

  /** What its value makes; what that refuses is told of the flag. */
  made<T>(name: string, make: () => T): T {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      const wanted = error.message.split(": wanted ").at(-1)!;
      throw new UsageError(`Cannot use ${dashed(name)} ${this.text(name)}: wanted ${wanted}`, error.code);
    }
  }
}
