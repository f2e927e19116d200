import { type Chunk, npyHeader } from "../core/mod.ts";
import { openOutput } from "./_output.ts";
import { rowSink } from "./_row_sink.ts";

/**
 * Writes logits as a `.npy` file, version 1.0: `[rows, vocabulary]` of `<f2`, `<f4` or `<f8`, as the chunks are.
 *
 * Chunks must be whole rows in order; the first row may be any. The number of rows is put into the header at the end.
 * After an error or an abort the file keeps the rows that are complete, with a header that says so.
 *
 * @example Two rows written and read back
 * ```ts
 * import { fromArray, fromFile } from "@sluice/sluice/sources";
 * import { toNpy } from "@sluice/sluice/sinks";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * await fromArray([1, 2, 3, 4], { vocabulary: 2 }).open().pipeTo(await toNpy(path));
 *
 * const { shape } = await fromFile(path);
 * assertEquals(shape, { rows: 2, vocabulary: 2, dtype: "f32" });
 * await Deno.remove(path);
 * ```
 *
 * @param path The file; what was there is replaced.
 * @returns A stream for `pipeTo`. It fails with `ShapeError` for bf16, which `.npy` does not have (an operator widens it to
 * f32), for chunks out of order, and at the close if none came; with `SourceError` if the last row is not complete.
 * @throws {SinkError} If the file cannot be opened; the stream fails with it if the file cannot be written.
 */
export async function toNpy(path: string | URL): Promise<WritableStream<Chunk>> {
  return rowSink(await openOutput(path), npyHeader);
}
