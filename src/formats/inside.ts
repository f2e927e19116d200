/**
 * How things are written down: reading and writing side by side. No I/O. Not for users, and no subpath of the package.
 *
 * @module
 */
export * from "./crc32.ts";
export * from "./framed.ts";
export * from "./plain.ts";
export * from "./sha256.ts";
