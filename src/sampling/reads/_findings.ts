// The first read of a row: what it finds, how it folds blocks, how parts of it merge.
import { type Kernels, loadKernels, TILE } from "../../../kernels/mod.ts";
import { applyTiles } from "../../core/inside.ts";
import type { Block } from "../../core/mod.ts";
import { countInvalid, type Heap, heapOf, offer, scanBlock, sortedHeap } from "../../row/mod.ts";
import { SweptBlock, type Values, viewOf } from "../../row/inside.ts";
import type { Noise } from "../draws/_noise.ts";
import { canonicalProposals, mergeProposals, newProposals, type Proposals, race } from "../draws/_proposals.ts";
import { absorb, deposit, NOTHING } from "./_sums.ts";
import type { ReadPlan } from "./_read_plan.ts";
import type { Edit } from "../stages/stage.ts";

/** Some of a row's logits. */
export interface KeptLogits {
  /** The id of the first. */
  readonly start: number;
  readonly logits: Values;
}

/** The state of a sampler's first read of a row: plain data. */
export interface Findings {
  row: number;
  backend: string;
  element: string;
  best: Heap | null;
  raw: Heap | null;
  proposals: Proposals | null;
  /** The logits as the chain sees them, where a cut may fall anywhere; `null` of a row that is too long to be kept. */
  kept: KeptLogits[] | null;
  /** The sum of the edited logits, where there are edits. */
  sum: Uint8Array;
  /** How many of them are NaN, and +Infinity. */
  nan: number;
  posInf: number;
}

/**
 * Nothing found yet. In the memory of a state of another row, where what is planned is of the same size; but not in its raw best, which may
 * still be asked for by that row's later reads.
 */
export function newFindings(row: number, plan: ReadPlan, old?: Findings): Findings {
  const { best, proposals } = old ?? {};
  return {
    row,
    backend: "",
    element: "f32",
    best: plan.best > 0 ? emptyHeap(plan.best, best) : null,
    raw: plan.raw > 0 ? heapOf(plan.raw) : null,
    proposals: plan.proposals > 0 ? newProposals(plan.proposals, 0, proposals) : null,
    kept: plan.keeps ? [] : null,
    sum: NOTHING,
    nan: 0,
    posInf: 0,
  };
}

function emptyHeap(k: number, old?: Heap | null): Heap {
  return old?.k === k ? Object.assign(old, { size: 0 }) : heapOf(k);
}

/** The arithmetic that a state was made with. */
export function kernelsOf({ backend, element }: Pick<Findings, "backend" | "element">): Kernels {
  return loadKernels(backend === "" ? undefined : backend as Kernels["backend"], element as Kernels["element"]);
}

/** Folds a block of the row as it came. */
export function findBlock(found: Findings, block: Block, plan: ReadPlan, edits: readonly Edit[], noise: Noise): void {
  const { kernels, count, values, row, start } = block;
  found.backend = kernels.backend;
  found.element = kernels.element;
  if (found.raw) scanBlock(found.raw, block);
  if (!plan.edited) return findSwept(found, block, undefined, plan, noise);
  kernels.arena.lend((lane) => {
    const edited = viewOf(kernels, lane.stage, count);
    edited.set(values);
    applyTiles(edits, edited, row, start);
    const invalid = kernels.sweep(plan.level, lane.stage, count, lane.table);
    const swept = new SweptBlock(kernels, plan.level, lane, lane.stage, count, row, start);
    findSwept(found, swept, { table: lane.table, invalid }, plan, noise);
  });
}

/** Nothing is kept of a row that would not fit the row store. */
function withinReach(parts: KeptLogits[], { arena }: Kernels): KeptLogits[] | null {
  return parts.reduce((sum, { logits }) => sum + logits.length, 0) <= arena.storeLength ? parts : null;
}

/** Parts by ascending ids, neighbours as one. */
export function joined(parts: readonly KeptLogits[]): KeptLogits[] {
  const order = [...parts].sort((a, b) => a.start - b.start), runs: KeptLogits[][] = [];
  for (const part of order) {
    const run = runs[runs.length - 1], last = run?.[run.length - 1];
    if (last && last.start + last.logits.length === part.start) run.push(part);
    else runs.push([part]);
  }
  return runs.map((run) => run.length === 1 ? run[0] : { start: run[0].start, logits: concatenated(run) });
}

function concatenated(parts: readonly KeptLogits[]): Values {
  const size = parts.reduce((sum, { logits }) => sum + logits.length, 0);
  const all = parts[0].logits instanceof Float64Array ? new Float64Array(size) : new Float32Array(size);
  let at = 0;
  for (const { logits } of parts) {
    all.set(logits, at);
    at += logits.length;
  }
  return all;
}

/** Folds a block of the row as the chain sees it. `sum`: where it is edited, what was swept of it. */
function findSwept(
  found: Findings,
  block: Block,
  sum: { readonly table: number; readonly invalid: number } | undefined,
  plan: ReadPlan,
  noise: Noise,
): void {
  const { kernels, tiles, table, start, values } = block;
  if (sum) found.sum = deposit(kernels, plan.level, sum.table, tiles, found.sum);
  if (sum && sum.invalid > 0) {
    const { nan, posInf } = countInvalid(block);
    found.nan += nan;
    found.posInf += posInf;
  }
  if (found.best) scanBlock(found.best, block);
  if (found.kept) found.kept = withinReach([...found.kept, { start, logits: values.slice() }], kernels);
  if (!found.proposals) return;
  const tile = (place: number) => values.subarray(place * TILE, (place + 1) * TILE);
  race(found.proposals, { table, tiles, start, tile }, noise);
}

/** Adds what another read found. */
export function mergeFindings(into: Findings, from: Readonly<Findings>): void {
  if (from.backend === "") return;
  into.backend = from.backend;
  into.element = from.element;
  mergeHeap(into.best, from.best);
  mergeHeap(into.raw, from.raw);
  if (into.proposals && from.proposals) mergeProposals(into.proposals, from.proposals);
  into.sum = absorb(kernelsOf(from), into.sum, from.sum);
  into.kept = into.kept && from.kept && withinReach([...into.kept, ...from.kept], kernelsOf(from));
  into.nan += from.nan;
  into.posInf += from.posInf;
}

/** The same findings in one order. */
export function canonicalFindings(found: Readonly<Findings>): Findings {
  return {
    ...found,
    best: found.best && sortedHeap(found.best),
    raw: found.raw && sortedHeap(found.raw),
    proposals: found.proposals && canonicalProposals(found.proposals),
    kept: found.kept && joined(found.kept),
  };
}

function mergeHeap(into: Heap | null, from: Heap | null): void {
  for (let i = 0; into && from && i < from.size; i++) offer(into, from.values[i], from.ids[i]);
}
