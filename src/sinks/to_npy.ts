import {
  checkWhole,
  type Chunk,
  define,
  optionsOf,
  ParameterError,
  type Shape,
  ShapeError,
  shown,
  SinkError,
} from "../core/mod.ts";
import { npyHeader } from "../formats/inside.ts";
import { collected } from "./_collected_output.ts";
import { FileOutput } from "./_file_output.ts";
import { rowSink } from "./_row_sink.ts";
import type { SinkOptions } from "./sink_options.ts";

/** Options of {@linkcode toNpy}. */
export interface ToNpyOptions extends SinkOptions {
  /**
   * The axes of the array, the vocabulary last, as `Logits` have them: the header says them if just the rows that they hold were
   * written, else `[rows, vocabulary]`.
   */
  readonly axes?: readonly number[] | undefined;
}

/**
 * Writes logits as a `.npy` file, version 1.0: `[rows, vocabulary]`, or the axes that are given, of `<f2`, `<f4` or `<f8`, as the
 * chunks are.
 *
 * Chunks must be whole rows in order; the first row may be any. The number of rows is put into the header at the end.
 * After an error or an abort the file keeps the rows that are complete, with a header that says so. The file is emptied at once:
 * give the file that is read as one of `inputs`, so that it is never this one.
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
 * @example An array of three axes keeps them
 * ```ts
 * import { fromArray, fromFile } from "@sluice/sluice/sources";
 * import { toNpy } from "@sluice/sluice/sinks";
 * import { assertEquals } from "@std/assert";
 *
 * const [path, copy] = [await Deno.makeTempFile({ suffix: ".npy" }), await Deno.makeTempFile({ suffix: ".npy" })];
 * const rows = fromArray(new Float32Array(24), { vocabulary: 4 });
 * await rows.open().pipeTo(await toNpy(path, { axes: [2, 3, 4] }));
 *
 * const logits = await fromFile(path);
 * assertEquals([logits.shape.rows, logits.axes], [6, [2, 3, 4]]);
 * await logits.open().pipeTo(await toNpy(copy, { axes: logits.axes, inputs: [path] }));
 * assertEquals(await Deno.readFile(copy), await Deno.readFile(path));
 * await Deno.remove(path);
 * await Deno.remove(copy);
 * ```
 *
 * @param path The file; what was there is replaced.
 * @param options Axes, and what must not be written over.
 * @returns A stream for `pipeTo`. It fails with `ShapeError` for bf16, which `.npy` does not have (an operator widens it to
 * f32), for chunks out of order or of another vocabulary than the axes', and at the close if none came; with `SourceError` if the
 * last row is not complete.
 * @throws {SinkError} If the file cannot be opened, or is a pipe; the stream fails with it if the file cannot be written.
 * @throws {ParameterError} If the file is one of `inputs`, an axis is no whole number of at least 1, or an option is not one of these.
 */
export async function toNpy(path: string | URL, options: ToNpyOptions = {}): Promise<WritableStream<Chunk>> {
  const { axes } = optionsOf("toNpy", options, ["axes", "inputs"]);
  if (axes) checkAxes(axes);
  const output = await FileOutput.open(path, options);
  if (output.isPipe) {
    await output.abort();
    throw new SinkError(`Cannot write ${output.what}: it is a pipe, wanted a file, whose header is written at the end`);
  }
  return rowSink(collected(output), (shape, rows) => {
    if (axes) checkVocabulary(axes, shape);
    return npyHeader(shape, rows, axes);
  });
}

/** Its row of the catalogue. */
export const toNpyDefinition = /* @__PURE__ */ define({
  name: "toNpy",
  kind: "sink",
  help: "a .npy file",
  options: {
    path: { type: "text", argument: true, help: "a path" },
    axes: {
      type: "data",
      read: (_what, _name, axes) => (checkAxes(axes as readonly number[]), [...axes as readonly number[]]),
      optional: true,
      help: "the axes of the array, the vocabulary last",
    },
  },
  async make({ path: asked, axes }, _spec, { grants }) {
    const shape = axes ? { axes } : {};
    return grants
      ? await toNpy(await grants.writable(asked), { ...shape, inputs: grants.inputs })
      : await toNpy(asked, shape);
  },
});

function checkAxes(axes: readonly number[]): void {
  if (!Array.isArray(axes)) throw new ParameterError(`Cannot use axes ${shown(axes)}: wanted a list of whole numbers`);
  axes.forEach((size, i) => checkWhole(`axis ${i}:`, size, 1));
}

function checkVocabulary(axes: readonly number[], { vocabulary }: Shape): void {
  if (axes.at(-1) === vocabulary) return;
  throw new ShapeError(
    `Cannot write rows of ${vocabulary} as axes (${axes}): wanted the last axis to be ${vocabulary}`,
  );
}
