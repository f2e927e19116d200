import { optionsOf } from "../core/mod.ts";
import { openOutput } from "./_open_output.ts";
import { textSink } from "./_text_sink.ts";
import { sinkDefinition } from "./_sink_definition.ts";
import type { SinkOptions } from "./sink_options.ts";

/**
 * Writes text as UTF-8, as it comes: what {@linkcode toNdjson} is for values, this is for lines of your own.
 *
 * Text is written at once; what comes while a write is under way is written together, so that many short pieces do not
 * cost a write each. After an error or an abort, the text that has come is kept.
 *
 * @example A line for each row
 * ```ts
 * import { fromArray, maximum, reduce } from "@sluice/sluice";
 * import { toText } from "@sluice/sluice/sinks";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * const out = (await toText(path)).getWriter();
 * for await (const { index, best } of reduce(fromArray([1, 3, 2, 0], { vocabulary: 2 }), { best: maximum() })) {
 *   await out.write(`${index}: ${best.id}\n`);
 * }
 * await out.close();
 * assertEquals(await Deno.readTextFile(path), "0: 1\n1: 0\n");
 * await Deno.remove(path);
 * ```
 *
 * @param target A file, which is replaced, or a stream of bytes.
 * @param options What must not be written over.
 * @returns A stream for `pipeTo`, or for a writer.
 * @throws {SinkError} If the file cannot be opened; the stream fails with it if the target cannot be written.
 * @throws {ParameterError} If the file is one of `inputs`, or an option is not one of these.
 */
export async function toText(
  target: string | URL | WritableStream<Uint8Array>,
  options: SinkOptions = {},
): Promise<WritableStream<string>> {
  return textSink(await openOutput(target, optionsOf("toText", options, ["inputs"])), (text) => text);
}

/** Its row of the catalogue. */
export const toTextDefinition = /* @__PURE__ */ sinkDefinition("toText", "a file of text", toText);
