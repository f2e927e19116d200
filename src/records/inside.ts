/**
 * What the command line and the service build on. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
export { BY_NAME, RECORD_OPTIONS, REDUCER_OPTIONS, reducersIn } from "./_entries.ts";
