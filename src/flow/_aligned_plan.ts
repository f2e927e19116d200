import { type Kernels, TILE } from "../../kernels/mod.ts";
import { bytesOf, type Logits, type Shape, type Spec, specText } from "../core/mod.ts";
import type { ReducerSet } from "../row/inside.ts";
import { readsOf, ROW_CACHE } from "./_flow.ts";
import { secondReadOf } from "./_replay.ts";
import { kernelsOfTile, localParts, type Plan, planOf } from "./_plan.ts";
import type { FlowOptions } from "./flow_options.ts";

/** What the plan is of. */
interface Streams {
  readonly streams: Readonly<Record<string, Logits>>;
  readonly shape: Pick<Shape, "rows" | "vocabulary">;
  readonly spec: Spec;
}

/** What will happen to several streams. */
export function alignedPlan(
  { streams, shape, spec }: Streams,
  set: ReducerSet,
  { arena, backend, element }: Kernels,
  { rowCache = ROW_CACHE, reads, spill }: FlowOptions,
): Plan {
  const all = Object.values(streams);
  const rowBytes = all.reduce(
    (sum, logits) => sum + shape.vocabulary * bytesOf((logits.source ?? logits).shape.dtype),
    0,
  );
  const froms = all.map((logits) => secondReadOf(logits.source ?? logits, shape.vocabulary, rowCache, spill));
  const origin = Math.max(...all.map(readsOf));
  const asking = set.reducers.flatMap(({ second, secondRead }, i) =>
    second ? [`${set.names[i]}: ${secondRead ?? "when its first read leaves the question open"}`] : []
  );
  return planOf({
    source: specText(spec),
    shape: { ...shape, dtype: element },
    backend: `${backend}, ${element}`,
    reads: [origin, Math.min(set.mostReads, reads ?? set.mostReads) * origin],
    second: asking.length > 0 ? { from: weakest(froms), why: asking.join("; ") } : undefined,
    passed: [],
    kernels: tilesOf(streams, set),
    local: [spec, ...set.reducers.map(({ spec }) => spec)].flatMap(localParts),
    bytes: { row: rowBytes, total: shape.rows === undefined ? undefined : shape.rows * rowBytes },
    memory: arena.worked + (asking.length > 0 && froms.includes("cache") ? rowBytes : 0),
  });
}

/** The way that costs most, of all streams. */
function weakest(froms: readonly ReturnType<typeof secondReadOf>[]): ReturnType<typeof secondReadOf> {
  return (["spill", "reopen", "cache", "memory"] as const).find((way) => froms.includes(way)) ?? "none";
}

/** What runs on each tile: that of each stream, then what reads several. */
function tilesOf(streams: Readonly<Record<string, Logits>>, set: ReducerSet): string[] {
  const sweeps = Object.entries(streams).flatMap(([name, logits], i) =>
    kernelsOfTile(logits, set.levels[i], []).map((line) =>
      `${name}: ${line}${set.weighed[i] && line.startsWith("sweep") ? ", weights stored" : ""}`
    )
  );
  const [{ shape: { vocabulary } }] = Object.values(streams);
  return [...sweeps, ...kernelsOfFolded(set), `(tiles of ${Math.min(TILE, vocabulary)} of every stream)`];
}

/** The reducers that look at logits, and the facts they share. */
function kernelsOfFolded({ folded }: ReducerSet): string[] {
  return folded.filter(({ stepBlock }) => stepBlock === undefined || stepBlock.length > 0)
    .map(({ spec, stepBlock }) => specText(spec) + (stepBlock ? "" : " (tile by tile, in process)"));
}
