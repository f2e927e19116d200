/** x @module */
export * from "./temperature.ts";
