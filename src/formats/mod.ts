/**
 * How things are written down: reading and writing side by side. No I/O.
 *
 * @module
 */
export * from "./crc32.ts";
export * from "./framed.ts";
export * from "./plain.ts";
export * from "./sha256.ts";
