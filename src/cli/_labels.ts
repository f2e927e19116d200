import { type Logits, ParameterError, ShapeError } from "../core/mod.ts";
import { label } from "../reducers/mod.ts";
import { readIds } from "../sources/mod.ts";

/** The labels of a file, checked against the logits. */
export async function readLabels(path: string, { shape }: Logits): Promise<Float64Array> {
  const ids = await readIds(path);
  try {
    label(ids).check!(shape.vocabulary, shape.rows);
    return ids;
  } catch (error) {
    // What a file holds is data, not usage.
    if (error instanceof ParameterError) throw new ShapeError(`${error.message}; the labels are from "${path}"`);
    throw error;
  }
}
