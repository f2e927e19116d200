/**
 * `@std/assert` with types: its npm build ships none. `deno.json` maps the specifier here.
 *
 * @module
 */
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
