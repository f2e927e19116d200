import { bytesOf, checkShape, type Dtype, ParameterError, type Shape, ShapeError, SourceError } from "../core/mod.ts";

/** Where logits lie in a source's bytes. */
export interface Layout {
  readonly shape: Shape;
  /** The axes that its header says, where there are not two. */
  readonly axes?: readonly number[] | undefined;
  /** Byte at which row 0 begins. */
  readonly origin: number;
}

/** What a caller says of a source before it is read. */
export interface Expected {
  readonly rows?: number | undefined;
  readonly vocabulary?: number | undefined;
  readonly dtype?: Dtype | undefined;
}

/** Axes as rows and vocabulary: one axis is one row; the last of many is the vocabulary, the others flatten. */
export function flatten(what: string, axes: readonly number[], dtype: Dtype): Pick<Layout, "shape" | "axes"> {
  if (axes.length === 0) {
    throw new ShapeError(`Cannot read ${what}: it is a single number, wanted rows of logits`);
  }
  const rows = axes.slice(0, -1).reduce((product, size) => product * size, 1);
  const vocabulary = axes[axes.length - 1];
  if (!Number.isSafeInteger(rows * vocabulary * bytesOf(dtype))) {
    throw new SourceError(`Cannot read ${what}: its header says it has axes (${axes}), which no file can`, "E_FORMAT");
  }
  const shape = checkShape(what, { rows, vocabulary, dtype });
  return axes.length === 2 ? { shape } : { shape, axes: Object.freeze([...axes]) };
}

/** Refuses a header that says something else than the caller does. */
export function agree(what: string, shape: Shape, expected: Expected): void {
  for (const name of ["rows", "vocabulary", "dtype"] as const) {
    const wanted = expected[name];
    if (wanted !== undefined && wanted !== shape[name]) {
      throw new ShapeError(
        `Cannot read ${what} with ${name} ${wanted}: its header says ${shape[name]}`,
        name === "dtype" ? "E_DTYPE" : "E_SHAPE",
      );
    }
  }
}

/** Refuses a dtype that is none. */
export function checkDtype(dtype: Dtype): void {
  if (!["f32", "f64", "f16", "bf16"].includes(dtype)) {
    throw new ParameterError(`Cannot use dtype "${dtype}": wanted "f32", "f64", "f16" or "bf16"`, "E_DTYPE");
  }
}

/** Refuses a file that is not as long as its shape says. */
export function checkSize(what: string, { shape, origin }: Layout, size: number): void {
  const end = origin + (shape.rows ?? 0) * shape.vocabulary * bytesOf(shape.dtype);
  const says = `its header says ${shape.rows} rows of ${shape.vocabulary} ${shape.dtype}, ${end} bytes in all`;
  if (size < end) {
    throw new SourceError(`Cannot read ${what}: it ends at byte ${size}; ${says}`, "E_SOURCE_SHORT");
  }
  if (size > end) throw new SourceError(`Cannot read ${what}: it has ${size} bytes; ${says}`, "E_SOURCE_LONG");
}
