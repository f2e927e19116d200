import type { Level } from "../../kernels/mod.ts";
import type { Reducer, RowFacts, Spec } from "../core/mod.ts";

/** What a reducer without a state of its own has. */
export const STATELESS: Pick<Reducer<unknown, null>, "init" | "step" | "merge"> & { stepBlock(): void } = {
  init: () => null,
  step() {},
  stepBlock() {},
  merge() {},
};

/** A reducer that reads all it needs from the engine's own sweep. */
export function stateless<R>(spec: Spec, needs: Level, finish: (row: RowFacts) => R): Reducer<R, null> {
  return {
    spec,
    needs,
    ...STATELESS,
    finish: (_state, row) => finish(row),
  };
}
