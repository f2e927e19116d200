/**
 * `@std/cli/parse-args` with types: its npm build ships none.
 *
 * @module
 */
// @ts-types="./_parse_args.d.ts"
export { parseArgs, type ParsedArgs } from "@std/cli/parse-args";
