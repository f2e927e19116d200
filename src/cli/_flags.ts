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
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^\d+$/;

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
    const arg = args[i];
    refuseSpelling(arg, known);
    if (taking.has(arg) && i + 1 < end && /^-[\d.]/.test(args[i + 1])) out.push(`${arg}=${args[++i]}`);
    else out.push(arg);
  }
  return [...out, ...args.slice(end)];
}

function refuseSpelling(arg: string, known: readonly Flag[]): void {
  const [name, ...value] = arg.split("=");
  const flag = known.find((flag) => dashed(flag.name) === name);
  if (flag && flag.value === undefined && value.length > 0) {
    throw new UsageError(`Cannot use ${arg}: ${name} takes no value`);
  }
  if (/^--.$/.test(name)) throw new UsageError(`Cannot use ${name}: there is no such flag`);
  if (/^-[a-z]./i.test(arg) && known.some((flag) => dashed(flag.name) === arg.slice(0, 2))) {
    throw new UsageError(`Cannot use ${arg}: wanted ${arg.slice(0, 2)} and its value apart`);
  }
}

/** The flags and the one source of a command line, checked to be known, complete and given once. */
export class Flags {
  readonly #args: ParsedArgs;

  constructor(args: readonly string[], known: readonly Flag[]) {
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
    if (unknown.length > 0) throw new UsageError(`Cannot use ${unknown[0]}: there is no such flag`);
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
    return this.#numberOf(name, WHOLE, "a whole number of at least 0");
  }

  #numberOf(name: string, form: RegExp, wanted: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!form.test(text)) throw new UsageError(`Cannot use ${dashed(name)} ${text}: wanted ${wanted}`);
    return Number(text);
  }

  /** Its value out of a few. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined || choices.includes(text as T)) return text as T | undefined;
    throw new UsageError(`Cannot use ${dashed(name)} ${text}: wanted ${choices.join(", ")}`);
  }

  /** Its value as whole numbers between commas. */
  list(name: string): number[] | undefined {
    const items = this.text(name)?.split(",");
    if (items === undefined || items.every((item) => WHOLE.test(item))) return items?.map(Number);
    throw new UsageError(`Cannot use ${dashed(name)} ${this.text(name)}: wanted whole numbers between commas`);
  }

  /** Its value as an interval `A:B`. */
  interval(name: string): readonly [number, number] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ends = text.split(":");
    if (ends.length !== 2 || !ends.every((end) => WHOLE.test(end))) {
      throw new UsageError(`Cannot use ${dashed(name)} ${text}: wanted A:B, from A up to and without B`);
    }
    return [Number(ends[0]), Number(ends[1])];
  }
}
