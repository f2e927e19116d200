import { type Logits, reduce, type Reducers } from "../mod.ts";

/** Reads `reduce` to its end, as a caller would. */
export async function drain(logits: Logits, reducers: Reducers): Promise<void> {
  for await (const row of reduce(logits, reducers)) if (row.nan > 0) throw new Error("The bench has a bad row");
}
