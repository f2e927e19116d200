import type { Kernels, Lane } from "../../kernels/mod.ts";

/** Logits in memory. */
export type Values = Float32Array | Float64Array;

/** A run of logits of one row in the arena: of one stream, or of several aligned ones, in their order. Valid during the call. */
export interface Run {
  /** A lane a stream. */
  readonly lanes: readonly Lane[];
  /** For each stream the address of its first logit. */
  readonly at: readonly number[];
  /** How many logits each stream has. */
  readonly count: number;
  /** The source's row number. */
  readonly row: number;
  /** The id of the first logit. */
  readonly start: number;
  /** Of a run of one stream: what its logits are still to be divided by, if by anything. They are left as they are: others may want them again. */
  readonly by?: number | undefined;
}

/** Bytes of a logit in the arena. */
export function elementBytes({ element }: Kernels): number {
  return element === "f64" ? 8 : 4;
}

/** A view of logits in the arena. */
export function viewOf(kernels: Kernels, at: number, count: number): Values {
  return kernels.element === "f64"
    ? new Float64Array(kernels.memory, at, count)
    : new Float32Array(kernels.memory, at, count);
}

/** Logits, divided: elsewhere in the arena. */
export function dividedTo(kernels: Kernels, to: number, at: number, count: number, by: number): Values {
  const quotients = viewOf(kernels, to, count);
  quotients.set(viewOf(kernels, at, count));
  kernels.divide(to, count, by);
  return quotients;
}

/** The logits `from` up to `to` of a run, less than a tile, divided where they are still to be: a view a stream, valid until a kernel runs. */
export function viewsOf(kernels: Kernels, { at, by }: Run, from: number, to: number): Values[] {
  const skip = from * elementBytes(kernels), count = to - from;
  if (by !== undefined) return [dividedTo(kernels, kernels.arena.scratch, at[0] + skip, count, by)];
  return at.map((first) => viewOf(kernels, first + skip, count));
}

/** The part of a run from its logit `from` up to `to`. */
export function partOf(kernels: Kernels, run: Run, from: number, to: number): Run {
  if (from === 0 && to === run.count) return run;
  const skip = from * elementBytes(kernels);
  const { lanes, row, start, by } = run;
  return { lanes, at: run.at.map((first) => first + skip), count: to - from, row, start: start + from, by };
}
