/**
 * Where logits come from. Each source is a description: nothing but a header is read before it is opened.
 *
 * | source | reads | can be opened |
 * | --- | --- | --- |
 * | {@linkcode fromArray} | typed arrays and numbers in memory | any number of times, for nothing |
 * | {@linkcode fromFile} | `.npy`, `.safetensors`, raw `.f32 .f16 .bf16 .f64` | any number of times, by reading again |
 * | {@linkcode fromUrl} | the same formats behind an http or https URL | any number of times, by asking again |
 * | {@linkcode fromStream} | a `ReadableStream` of bytes or typed arrays; `.npy` or raw | once |
 * | {@linkcode fromStdin} | standard input; `.npy` or raw | once |
 *
 * {@linkcode readIds} reads token ids, as labels. All bytes are little endian. A source of your own: see `logitsFrom` of core.
 *
 * @module
 */
export { fromArray, type FromArrayOptions } from "./from_array.ts";
export { fromFile, type FromFileOptions } from "./from_file.ts";
export * from "./from_stdin.ts";
export * from "./from_stream.ts";
export { fromUrl, type FromUrlOptions } from "./from_url.ts";
export * from "./read_ids.ts";
