import { optionsOf } from "../core/mod.ts";
import { ndjsonLine } from "./ndjson_line.ts";
import { openOutput } from "./_open_output.ts";
import { textSink } from "./_text_sink.ts";
import { sinkDefinition } from "./_sink_definition.ts";
import type { SinkOptions } from "./sink_options.ts";

/**
 * Writes values as NDJSON, one a line, as {@linkcode ndjsonLine} does.
 *
 * A line is written at once; lines that come while a write is under way are written together, so that many small rows
 * do not cost a write each. After an error or an abort, the lines that have come are kept.
 *
 * @example NaN is written as a string
 * ```ts
 * import { toNdjson } from "@sluice/sluice/sinks";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await ReadableStream.from([{ row: 0, lse: 1.5 }, { row: 1, lse: NaN }]).pipeTo(await toNdjson(path));
 * assertEquals(await Deno.readTextFile(path), '{"row":0,"lse":1.5}\n{"row":1,"lse":"NaN"}\n');
 * await Deno.remove(path);
 * ```
 *
 * @param target A file, which is replaced, or a stream of bytes.
 * @param options What must not be written over.
 * @returns A stream for `pipeTo`.
 * @throws {SinkError} If the file cannot be opened; the stream fails with it if the target cannot be written.
 * @throws {ParameterError} If the file is one of `inputs`, or an option is not one of these.
 */
export async function toNdjson(
  target: string | URL | WritableStream<Uint8Array>,
  options: SinkOptions = {},
): Promise<WritableStream<unknown>> {
  return textSink(await openOutput(target, optionsOf("toNdjson", options, ["inputs"])), ndjsonLine);
}

/** Its row of the catalogue. */
export const toNdjsonDefinition = /* @__PURE__ */ sinkDefinition(
  "toNdjson",
  "a file of JSON, an object a line",
  toNdjson,
);
