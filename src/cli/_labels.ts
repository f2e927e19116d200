import { type Logits, ParameterError, type Reducer, ShapeError } from "../core/mod.ts";
import { label, type LabelOptions, type TargetScore } from "../reducers/mod.ts";
import { readIds } from "../sources/mod.ts";

/** The labels of a file, as a reducer; and how many there are. */
export async function labelsOf(
  path: string,
  logits: Logits,
  options: LabelOptions,
): Promise<{ readonly reducer: Reducer<TargetScore | undefined>; readonly count: number }> {
  const ids = await readIds(path);
  try {
    const reducer = label(ids, options);
    reducer.check!(logits.shape.vocabulary, logits.shape.rows);
    return { reducer, count: ids.length };
  } catch (error) {
    // What a file holds is data, not usage.
    if (error instanceof ParameterError) throw new ShapeError(`${error.message}; the labels are from "${path}"`);
    throw error;
  }
}
