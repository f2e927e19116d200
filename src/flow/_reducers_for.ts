import { checkLogits, type Logits, type Reducers } from "../core/mod.ts";
import { ReducerSet } from "../row/inside.ts";

/** The reducers of a flow over these logits, as they are now. Refuses what is neither, and reducers that do not fit the shape; reads nothing. */
export function reducersFor(verb: string, logits: Logits, reducers: Reducers): ReducerSet {
  checkLogits(verb, logits);
  const set = new ReducerSet(reducers).snapshot();
  set.check(logits.shape);
  return set;
}
