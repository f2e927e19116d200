import { type Kernels, TABLE_ROW_BYTES, TILE } from "../../kernels/mod.ts";
import { bytesOf, type Logits, optionsOf, type Reducers, type RowMap, specText } from "../core/mod.ts";
import { elementBytes, type ReducerSet } from "../row/inside.ts";
import { checkMap } from "./_check_map.ts";
import { Flow, FLOW_OPTIONS, readsOf, ROW_CACHE } from "./_flow.ts";
import { kernelsOfTile, localParts, operatorText, type Plan, planOf } from "./_plan.ts";
import { reducersFor } from "./_reducers_for.ts";
import { areAligned } from "./_reduction_of.ts";
import type { Aligned } from "./aligned.ts";
import { type SecondRead, secondReadOf } from "./_replay.ts";
import type { ReduceOptions } from "./reduce.ts";

export type { Plan, SecondRead };

/**
 * Tells how `reduce` (given reducers) or `map` (given a map) would run: reads a row, kernels shared, memory, bytes. Reads nothing.
 *
 * @example Log-sum-exp and entropy share one read
 * ```ts
 * import { entropy, explain, fromArray, logSumExp } from "@sluice/sluice";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * const plan = explain(fromArray([1, 2, 3]), { lse: logSumExp(), h: entropy() });
 * assertEquals(plan.reads, [1, 1]);
 * assertStringIncludes(`${plan}`, "first moment");
 * ```
 *
 * @param logits What would be read; or several streams, as `zip` makes them.
 * @param work The reducers, or the map.
 * @param options As for the flow itself.
 * @returns The plan; print it.
 * @throws {RangeError} Whatever the flow itself would refuse before its first read.
 */
export function explain(logits: Logits | Aligned, work: Reducers | RowMap, options: ReduceOptions = {}): Plan {
  optionsOf("explain", options, FLOW_OPTIONS);
  if (areAligned(logits)) return logits.plan(work as Reducers, options);
  const rowMap = isMap(work) ? work : undefined;
  if (rowMap) checkMap(rowMap);
  const set = reducersFor("explain", logits, rowMap ? {} : work as Reducers);
  const twice = rowMap !== undefined || set.maySecond;
  const { rows, kernels } = new Flow(logits, options, twice);
  const rowBytes = logits.shape.vocabulary * bytesOf(logits.source?.shape.dtype ?? logits.shape.dtype);
  const second = twice ? secondOf(logits, rowMap, set, options) : undefined;
  const stored = rowMap !== undefined && logits.shape.vocabulary <= kernels.arena.storeLength;
  const count = logits.shape.rows === undefined ? undefined : rows[1] - rows[0];
  return planOf({
    source: specText(logits.spec),
    shape: logits.shape,
    backend: `${kernels.backend}, ${kernels.element}`,
    reads: [(rowMap && !stored ? 2 : 1) * readsOf(logits), mostReads(rowMap, set, options) * readsOf(logits)],
    second,
    passed: (logits.operators ?? []).filter(({ reshapes }) => reshapes).map(operatorText),
    kernels: [
      ...kernelsOfTile(logits, rowMap?.needs ?? set.levels[0], set.reducers),
      ...(rowMap ? [`${stored ? "from the row store, or second read" : "second read"}: ${specText(rowMap.spec)}`] : []),
    ],
    local: [logits.spec, ...(rowMap ? [rowMap.spec] : set.reducers.map(({ spec }) => spec))].flatMap(localParts),
    bytes: { row: rowBytes, total: count === undefined ? undefined : count * rowBytes },
    memory: kernels.arena.worked +
      Math.max(stored ? storeBytes(kernels, logits) : 0, second?.from === "cache" ? rowBytes : 0),
  });
}

function mostReads(rowMap: RowMap | undefined, set: ReducerSet, { reads }: ReduceOptions): number {
  return rowMap ? 2 : Math.min(set.mostReads, reads ?? set.mostReads);
}

function isMap(work: Reducers | RowMap): work is RowMap {
  return typeof (work as Partial<RowMap> | null | undefined)?.emit === "function";
}

function secondOf(
  logits: Logits,
  rowMap: RowMap | undefined,
  set: ReducerSet,
  { rowCache = ROW_CACHE, spill }: ReduceOptions,
): NonNullable<Plan["second"]> {
  const from = secondReadOf(logits.source ?? logits, logits.shape.vocabulary, rowCache, spill);
  const whys = set.reducers.flatMap((reducer, i) =>
    reducer.second ? [`${set.names[i]}: ${reducer.secondRead ?? "when its first read leaves the question open"}`] : []
  );
  return { from, why: rowMap ? specText(rowMap.spec) : whys.join("; ") };
}

/** What a row touches of the row store: its weights or its logits, and a row of a table for each tile. */
function storeBytes(kernels: Kernels, { shape: { vocabulary } }: Logits): number {
  return vocabulary * elementBytes(kernels) + Math.ceil(vocabulary / TILE) * TABLE_ROW_BYTES;
}
