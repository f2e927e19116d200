import type { Backend } from "../../kernels/mod.ts";
import type { Logits, Operator } from "../core/mod.ts";
import { fileSpill, type FlowOptions } from "../flow/mod.ts";
import { temperature } from "../operators/mod.ts";
import { fromFileBlocking, SOURCE_OPTIONS } from "../sources/inside.ts";
import { type FromFileOptions, fromUrl } from "../sources/mod.ts";
import type { Flag, Flags } from "./_flags.ts";
import { flagsOf, type FlagWords, readFlags } from "./_option_flags.ts";
import { UsageError } from "./_usage_error.ts";
import type { Io } from "./io.ts";

/** How flags of the source differ from what its options say. */
const WORDS: Readonly<Record<string, FlagWords>> = {
  vocabulary: { elsewhere: ["vocab-size"] },
  tensor: { value: "NAME" },
};

const BACKENDS: readonly Backend[] = ["fma", "simd", "reference"];

/** What every command takes about its source. */
export const SOURCE_FLAGS: readonly Flag[] = [
  ...flagsOf(SOURCE_OPTIONS, WORDS),
  { name: "rows", value: "A:B", help: "rows A up to and without B; all if absent" },
  { name: "temperature", value: "T", help: "divide the logits by T > 0 first" },
  { name: "chunk", value: "LOGITS", help: "most logits a read; changes no result", least: 1 },
  { name: "backend", value: "fma|simd|reference", help: "the arithmetic; the fastest if absent" },
  {
    name: "on-invalid",
    value: "report|throw",
    help: "rows with NaN, +Infinity or only masked tokens are reported (default), or end the work",
  },
  { name: "explain", help: "print the plan to standard error, then run" },
];

/** What the flags say of the source, understood before anything is opened. */
export interface SourceSettings {
  /** A path, an http or https URL, or `-`. */
  readonly source: string;
  readonly file: FromFileOptions;
  readonly operators: readonly Operator[];
  readonly rows: readonly [number, number] | undefined;
  readonly backend: Backend | undefined;
  /** Whether an invalid row ends the work. */
  readonly throws: boolean;
  readonly explain: boolean;
}

/** Reads the flags of the source. `divides`: a temperature divides the logits of the source; else the command has a temperature of its own. `source`: the only one, if nothing is said. */
export function sourceSettings(flags: Flags, divides = true, source: string = flags.source): SourceSettings {
  const divisor = divides ? flags.number("temperature") : undefined;
  return {
    source,
    file: {
      ...givenOf(readFlags(flags, SOURCE_OPTIONS, WORDS)),
      ...given("chunk", flags.whole("chunk")),
    },
    operators: divisor === undefined ? [] : [flags.made("temperature", () => temperature(divisor))],
    rows: flags.interval("rows"),
    backend: flags.choice("backend", BACKENDS),
    throws: flags.choice("on-invalid", ["report", "throw"]) === "throw",
    explain: flags.has("explain"),
  };
}

/** Opens the source, operators applied. */
export async function openSource({ source, file, operators }: SourceSettings, io: Io): Promise<Logits> {
  if (/^https?:\/\//i.test(source)) {
    return (await fromUrl(source, { ...file, ...given("signal", io.signal) })).pipe(...operators);
  }
  if (/^[a-z][\w+.-]+:\/\//i.test(source)) {
    throw new UsageError(`Cannot read "${source}": wanted a path, an http or https URL, or - for standard input`);
  }
  if (source !== "-") return (await fromFileBlocking(source, file)).pipe(...operators);
  const { tensor, ...options } = file;
  if (tensor !== undefined) throw new UsageError("Cannot use --tensor with standard input: wanted a .safetensors file");
  return (await untilAborted(io.input(options), io.signal)).pipe(...operators);
}

/** The options of a flow. One-shot sources may spill: who reads a pipe should not have to think of it. */
export function flowOptions(
  { rows, backend }: SourceSettings,
  logits: Pick<Logits, "replay">,
): Omit<FlowOptions, "onInvalid" | "signal"> {
  return {
    ...given("rows", rows),
    ...given("backend", backend),
    ...(logits.replay === "once" ? { spill: fileSpill() } : {}),
  };
}

/** A field if it has a value. */
export function given<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : { [name]: value } as { [P in K]?: V };
}

/** The fields that have a value. */
export function givenOf<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.assign({}, ...Object.entries(options).map(([name, value]) => given(name, value)));
}

/** A wait that a signal can end, though what is waited for (an idle pipe) cannot be stopped. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
