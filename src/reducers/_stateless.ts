import type { Level } from "../../kernels/mod.ts";
import type { Reducer, RowFacts } from "../core/mod.ts";

/** A reducer that reads all it needs from the engine's own sweep. */
export function stateless<R>(
  name: string,
  params: Record<string, unknown>,
  needs: Level,
  finish: (row: RowFacts) => R,
): Reducer<R, null> {
  return {
    spec: { name, params, inputs: [] },
    needs,
    init: () => null,
    step() {},
    stepBlock() {},
    merge() {},
    finish: (_state, row) => finish(row),
  };
}
