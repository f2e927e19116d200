import { type Kernels, TABLE_ROW_BYTES, TILE } from "../../kernels/mod.ts";
import {
  bytesOf,
  type Logits,
  type Operator,
  optionsOf,
  type Reducers,
  type RowMap,
  type Spec,
  specText,
} from "../core/mod.ts";
import { elementBytes, type ReducerSet } from "../row/inside.ts";
import { checkMap } from "./_check_map.ts";
import { Flow, FLOW_OPTIONS, readsOf, ROW_CACHE } from "./_flow.ts";
import { reducersFor } from "./_reducers_for.ts";
import { type SecondRead, secondReadOf } from "./_replay.ts";
import type { ReduceOptions } from "./reduce.ts";

export type { SecondRead };

/** What will happen, before it happens. */
export interface Plan {
  /** The logits, as text. */
  readonly source: string;
  /** Rows, vocabulary and dtype. */
  readonly shape: Logits["shape"];
  /** The arithmetic. */
  readonly backend: string;
  /** Fewest and most reads of a row: a map has its rows from the row store where they fit, unless that is lent to another flow. */
  readonly reads: readonly [number, number];
  /** Where a second read would come from, and what for. */
  readonly second: { readonly from: SecondRead; readonly why: string } | undefined;
  /** What runs on each tile, in order; the sweep is shared by all. */
  readonly kernels: readonly string[];
  /** Operators that are passed over: they change only how a stream is cut, and the engine cuts rows itself. */
  readonly passed: readonly string[];
  /** What is of this process alone, by name: arrays, open streams, objects without a definition. With none, the plan can run elsewhere. */
  readonly local: readonly string[];
  /** Bytes of one row, and of all rows where that is known. */
  readonly bytes: { readonly row: number; readonly total: number | undefined };
  /** Most memory the flow touches at a time, in bytes: arena, chunks, row store or row cache. What is only reserved is not in it. */
  readonly memory: number;
  /** The plan as lines of text. */
  toString(): string;
}

const SWEEPS = {
  maximum: "largest logit",
  sum: "largest logit, sum of exponentials",
  moments: "largest logit, sum of exponentials, first moment",
  squares: "largest logit, sum of exponentials, first and second moment",
} as const;

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
 * @param logits What would be read.
 * @param work The reducers, or the map.
 * @param options As for the flow itself.
 * @returns The plan; print it.
 * @throws {RangeError} Whatever the flow itself would refuse before its first read.
 */
export function explain(logits: Logits, work: Reducers | RowMap, options: ReduceOptions = {}): Plan {
  optionsOf("explain", options, FLOW_OPTIONS);
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
      ...kernelsOfTile(logits, rowMap?.needs ?? set.levels[0], set),
      ...(rowMap ? [`${stored ? "from the row store, or second read" : "second read"}: ${specText(rowMap.spec)}`] : []),
    ],
    local: [logits.spec, ...(rowMap ? [rowMap.spec] : set.reducers.map(({ spec }) => spec))].flatMap(localParts),
    bytes: { row: rowBytes, total: count === undefined ? undefined : count * rowBytes },
    memory: kernels.arena.worked +
      Math.max(stored ? storeBytes(kernels, logits) : 0, second?.from === "cache" ? rowBytes : 0),
  });
}

/** The parts of a spec that no other process could make again. */
function localParts({ name, portable, inputs }: Spec): string[] {
  return [...(portable === false ? [name] : []), ...inputs.flatMap(localParts)];
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

function kernelsOfTile(logits: Logits, level: keyof typeof SWEEPS, set: ReducerSet): string[] {
  const { dtype } = logits.source?.shape ?? logits.shape;
  return [
    ...(dtype === "f16" || dtype === "bf16" ? [`widen ${dtype}`] : []),
    ...(logits.operators ?? []).filter(({ reshapes }) => !reshapes).map(operatorText),
    `sweep: ${SWEEPS[level]}`,
    // What only the sweep answers, as logSumExp, has a step without parameters.
    ...set.reducers.filter(({ step, stepBlock }) => step.length > 0 || (stepBlock?.length ?? 0) > 0)
      .map(({ spec, stepBlock }) => specText(spec) + (stepBlock ? "" : " (tile by tile, in process)")),
  ];
}

function operatorText({ spec }: Operator): string {
  return specText({ ...spec, inputs: [] });
}

/** What a row touches of the row store: its weights or its logits, and a row of a table for each tile. */
function storeBytes(kernels: Kernels, { shape: { vocabulary } }: Logits): number {
  return vocabulary * elementBytes(kernels) + Math.ceil(vocabulary / TILE) * TABLE_ROW_BYTES;
}

function planOf(plan: Omit<Plan, "toString">): Plan {
  const { shape, reads, second, bytes } = plan;
  const lines = [
    `source   ${plan.source}`,
    `shape    ${shape.rows ?? "?"} x ${shape.vocabulary} ${shape.dtype}, ${bytes.row} bytes a row`,
    `backend  ${plan.backend}, tiles of ${TILE}`,
    `reads    ${reads[0] === reads[1] ? reads[0] : `${reads[0]}, at most ${reads[1]}`} a row`,
    ...(second ? [`again    from ${second.from}, for ${second.why}`] : []),
    `a tile   ${plan.kernels.join("\n         ")}`,
    ...(plan.local.length > 0 ? [`local    ${[...new Set(plan.local)].join(", ")}: of this process alone`] : []),
    ...plan.passed.map((operator) => `passed   ${operator}, which changes no result`),
    `memory   ${(plan.memory / 2 ** 20).toFixed(1)} MiB at most`,
  ];
  const text = lines.join("\n").replaceAll(BITS, (bits) => `${bits.slice(0, 33)}..."`).replaceAll(LIST, cut);
  return { ...plan, toString: () => text };
}

/** Longer lists and texts of bits are cut: the labels of a text, or the masks of rows, would hide the plan. */
const LONGEST = 8;
const LIST = /\[[-\d,]+\]|\["[\w+/=.]*"(?:,"[\w+/=.]*")*\]/g;
const BITS = /"[\w+/=]{257,}"/g;

function cut(list: string): string {
  const items = list.slice(1, -1).split(",");
  return items.length <= LONGEST ? list : `[${items.slice(0, LONGEST).join(",")},... ${items.length} in all]`;
}
