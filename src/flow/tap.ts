import type { Backend } from "../../kernels/mod.ts";
import {
  checkRange,
  checkWhole,
  type Chunk,
  type Logits,
  logitsFrom,
  optionsOf,
  ParameterError,
  type Range,
  type Reducers,
  type Row,
  shown,
} from "../core/mod.ts";
import { kernelsFor, type ReducerSet, rowOf, RowState, Staging } from "../row/inside.ts";
import { readsOf } from "./_flow.ts";
import { reducersFor } from "./_reducers_for.ts";

/** Options of {@linkcode tap}. */
export interface TapOptions {
  /** Looks after every so many chunks; 1 when absent. */
  readonly every?: number;
  /** The arithmetic; give what the flow itself uses where the bits are to agree. The fastest that runs here when absent. */
  readonly backend?: Backend;
}

/**
 * Looks at running reducers every n chunks, without disturbing the flow or its bits: the same logits, chunk for chunk.
 *
 * The listener gets the row in hand as it stands: `count` tells how much of it has been read, and `partial` is set until it is
 * whole. An error that it throws ends the flow. Needs: nothing. Cost: the reducers', once more, and one stream hop a chunk.
 *
 * @example A look after every logit
 * ```ts
 * import { fromArray, logSumExp, reduce, tap } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: number[] = [];
 * const logits = tap(fromArray([1, 2, 3, 4], { chunk: 1 }), { lse: logSumExp() }, ({ count }) => seen.push(count));
 * await Array.fromAsync(reduce(logits, { lse: logSumExp() }));
 * assertEquals(seen, [1, 2, 3, 4]);
 * ```
 *
 * @param logits What flows.
 * @param reducers What to look at, by name.
 * @param listener Takes each look.
 * @param options How often.
 * @returns The same logits, tapped: every `open` looks afresh, that of a second read too.
 * @throws {RangeError} If these are no logits, no reducers or no listener, or `every` or a reducer does not fit.
 */
export function tap<T extends Reducers>(
  logits: Logits,
  reducers: T,
  listener: (row: Row<T>) => void,
  options: TapOptions = {},
): Logits {
  const { every = 1, backend } = optionsOf("tap", options, ["every", "backend"]);
  checkWhole("every", every, 1);
  if (typeof listener !== "function") {
    throw new ParameterError(`Cannot tap for ${shown(listener)}: wanted a function that takes each look`);
  }
  const set = reducersFor("tap", logits, reducers);
  return logitsFrom({
    shape: logits.shape,
    replay: logits.replay,
    spec: logits.spec,
    axes: logits.axes,
    reads: readsOf(logits),
    ...(logits.source?.identity ? { identity: () => logits.source!.identity!() } : {}),
    open: (range) => logits.open(range).pipeThrough(tapStream(logits, set, listener, { every, backend }, range)),
  });
}

function tapStream<T extends Reducers>(
  { shape }: Logits,
  set: ReducerSet,
  listener: (row: Row<T>) => void,
  { every, backend }: { readonly every: number; readonly backend: Backend | undefined },
  range?: Range,
): TransformStream<Chunk, Chunk> {
  const { rows, columns } = checkRange(shape, range);
  const kernels = kernelsFor(shape.dtype, backend);
  const staging = new Staging(kernels, []);
  const state = new RowState(set, kernels, rows[0], shape.vocabulary);
  let chunks = 0;
  return new TransformStream({
    transform(chunk, controller) {
      staging.pass(chunk, columns, 0, (run) => {
        if (run.start === columns[0]) state.reset(run.row, run.start);
        state.extend(run);
        return true;
      });
      if (++chunks % every === 0) {
        const { facts, results } = state.finish();
        listener(rowOf<T>(set, facts, results, 1));
      }
      controller.enqueue(chunk);
    },
  });
}
