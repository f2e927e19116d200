/**
 * Where streams end. Each sink is a `WritableStream` for `pipeTo`; what was complete before an error is kept.
 *
 * | sink | writes |
 * | --- | --- |
 * | {@linkcode toNpy} | chunks of logits, as a `.npy` file |
 * | {@linkcode toRaw} | chunks of logits, as little-endian bytes, to a file or a stream |
 * | {@linkcode toNdjson} | any values, one JSON line each, to a file or a stream |
 * | {@linkcode toText} | text of your own, to a file or a stream |
 * | {@linkcode ndjsonLine} | one such line, as text |
 *
 * A file is emptied when the sink opens it. Name what is read meanwhile in {@linkcode SinkOptions}: a target that is one of those
 * files, under whatever name, is refused before anything of it is lost. A full disk is an error, at the write or at the close.
 *
 * @module
 */
export * from "./ndjson_line.ts";
export * from "./sink_options.ts";
export { toNdjson } from "./to_ndjson.ts";
export { toNpy, type ToNpyOptions } from "./to_npy.ts";
export { toRaw } from "./to_raw.ts";
export { toText } from "./to_text.ts";
