/**
 * How things are written down: reading and writing side by side. No I/O. Not for users, and no subpath of the package.
 *
 * @module
 */
export * from "./crc32.ts";
export * from "./framed.ts";
export * from "./npy_header.ts";
export * from "./packed_bits.ts";
export * from "./plain.ts";
export * from "./read_npy_header.ts";
export * from "./safetensors_header.ts";
export * from "./sha256.ts";
