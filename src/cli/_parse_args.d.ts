/** The one symbol of `@std/cli/parse-args` that the command line uses. */
export interface ParseOptions {
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  readonly collect?: readonly string[];
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
export interface ParsedArgs {
  readonly _: readonly string[];
  readonly [name: string]: readonly (string | boolean)[];
}
export function parseArgs(args: readonly string[], options: ParseOptions): ParsedArgs;
