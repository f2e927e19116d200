import type { Level } from "../../kernels/mod.ts";
import type { Reducer, RowFacts, Spec } from "../core/mod.ts";

/** A reducer that reads all it needs from the engine's own sweep. */
export function stateless<R>(spec: Spec, needs: Level, finish: (row: RowFacts) => R): Reducer<R, null> {
  return {
    spec,
    needs,
    init: () => null,
    step() {},
    stepBlock() {},
    merge() {},
    finish: (_state, row) => finish(row),
  };
}
