import { TILE } from "../../kernels/mod.ts";
import { type Logits, type Operator, type Spec, specText } from "../core/mod.ts";
import type { ReducerSet } from "../row/inside.ts";
import type { SecondRead } from "./_replay.ts";

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

/** What runs on each tile of logits. */
export function kernelsOfTile(
  logits: Logits,
  level: keyof typeof SWEEPS,
  reducers: ReducerSet["reducers"],
): string[] {
  const { dtype } = logits.source?.shape ?? logits.shape;
  return [
    ...(dtype === "f16" || dtype === "bf16" ? [`widen ${dtype}`] : []),
    ...(logits.operators ?? []).filter(({ reshapes }) => !reshapes).map(operatorText),
    `sweep: ${SWEEPS[level]}`,
    // What only the sweep answers, as logSumExp, has a step without parameters.
    ...reducers.filter(({ step, stepBlock }) => step.length > 0 || (stepBlock?.length ?? 0) > 0)
      .map(({ spec, stepBlock }) => specText(spec) + (stepBlock ? "" : " (tile by tile, in process)")),
  ];
}

/** An operator as text, without what it is on. */
export function operatorText({ spec }: Operator): string {
  return specText({ ...spec, inputs: [] });
}

/** The parts of a spec that no other process could make again. */
export function localParts({ name, portable, inputs }: Spec): string[] {
  return [...(portable === false ? [name] : []), ...inputs.flatMap(localParts)];
}

/** A plan with its lines of text. */
export function planOf(plan: Omit<Plan, "toString">): Plan {
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
