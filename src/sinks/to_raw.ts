import { type Chunk, optionsOf } from "../core/mod.ts";
import { collected } from "./_collected_output.ts";
import { openOutput } from "./_open_output.ts";
import { rowSink } from "./_row_sink.ts";
import { sinkDefinition } from "./_sink_definition.ts";
import type { SinkOptions } from "./sink_options.ts";

/**
 * Writes logits as bytes and nothing else: little endian, in the dtype of the chunks, row after row.
 *
 * Chunks must be whole rows in order. After an error or an abort a file keeps the rows that are complete; a stream
 * is aborted. A stream is handed views of the chunks: it must not keep or transfer them.
 *
 * @example One row into a stream of bytes
 * ```ts
 * import { fromArray } from "@sluice/sluice/sources";
 * import { toRaw } from "@sluice/sluice/sinks";
 * import { assertEquals } from "@std/assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const written = fromArray(Float32Array.of(1, 2)).open().pipeTo(await toRaw(writable));
 * const bytes = await new Response(readable).arrayBuffer();
 * await written;
 * assertEquals(new Float32Array(bytes), Float32Array.of(1, 2));
 * ```
 *
 * @param target A file, which is replaced, or a stream of bytes.
 * @param options What must not be written over.
 * @returns A stream for `pipeTo`. It fails with `ShapeError` for chunks out of order, and at the close if none came; with
 * `SourceError` if the last row is not complete.
 * @throws {SinkError} If the file cannot be opened; the stream fails with it if the target cannot be written.
 * @throws {ParameterError} If the file is one of `inputs`, or an option is not one of these.
 */
export async function toRaw(
  target: string | URL | WritableStream<Uint8Array>,
  options: SinkOptions = {},
): Promise<WritableStream<Chunk>> {
  return rowSink(collected(await openOutput(target, optionsOf("toRaw", options, ["inputs"]))), () => new Uint8Array(0));
}

/** Its row of the catalogue. */
export const toRawDefinition = /* @__PURE__ */ sinkDefinition("toRaw", "a file of bare numbers, little endian", toRaw);
