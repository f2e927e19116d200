import { errorCode, type Logits, ShapeError } from "../core/mod.ts";
import { label } from "../reducers/mod.ts";
import { readIds } from "../sources/mod.ts";

/** The labels of a file, checked against the logits. */
export async function readLabels(path: string, { shape }: Logits): Promise<Float64Array> {
  const ids = await readIds(path);
  try {
    label(ids).check!(shape.vocabulary, shape.rows);
    return ids;
  } catch (error) {
    if (!errorCode(error)) throw error;
    // What a file holds is data, not usage.
    const { message } = error as Error;
    throw new ShapeError(
      `${message.replace(/^(Cannot use id \S+ in) label: /, "$1 --labels: ")}; they are from "${path}"`,
    );
  }
}
