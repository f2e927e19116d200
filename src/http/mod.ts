/**
 * The service: logits over HTTP, answered row by row as they are read.
 *
 * @module
 */
export * from "./app_options.ts";
export * from "./create_app.ts";
export type { Limits } from "./limits.ts";
