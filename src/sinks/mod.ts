/**
 * Where streams end. Each sink is a `WritableStream` for `pipeTo`; what was complete before an error is kept.
 *
 * | sink | writes |
 * | --- | --- |
 * | {@linkcode toNpy} | chunks of logits, as a `.npy` file |
 * | {@linkcode toRaw} | chunks of logits, as little-endian bytes, to a file or a stream |
 * | {@linkcode toNdjson} | any values, one JSON line each, to a file or a stream |
 * | {@linkcode ndjsonLine} | one such line, as text |
 *
 * @module
 */
export * from "./ndjson_line.ts";
export * from "./to_ndjson.ts";
export * from "./to_npy.ts";
export * from "./to_raw.ts";
