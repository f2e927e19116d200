import {
  checkLogits,
  type Logits,
  ParameterError,
  type Reducers,
  type Replay,
  type Shape,
  ShapeError,
  shown,
  type Spec,
} from "../core/mod.ts";
import { ReducerSet, RowState } from "../row/inside.ts";
import { AlignedFlow } from "./_aligned_flow.ts";
import { alignedPlan } from "./_aligned_plan.ts";
import { AlignedWork } from "./_aligned_work.ts";
import { chainText } from "./_chain_text.ts";
import { flowStream } from "./_flow.ts";
import type { Reduction } from "./_reduction.ts";
import type { Plan } from "./_plan.ts";
import type { Aligned } from "./aligned.ts";
import type { FlowOptions } from "./flow_options.ts";

/** Most streams: half of the lanes, so that reducers may work on rows of their own. */
const MOST = 8;

/** The weakest first. */
const REPLAYS: readonly Replay[] = ["once", "reopen", "free"];

/**
 * Makes several streams flow together: the rows of two models side by side, in one read, whatever each comes from. `reduce`, `collect`,
 * `reduceStates` and `explain` take them; a reducer says which it reads, as {@linkcode klDivergence} does, and `on` puts one of one stream on one of
 * these. To look at one while it flows, `tap` it before.
 *
 * Each stream keeps its own operators, dtype, chunks, replay and checks; what is in hand of all is worked on, cut where the first chunk ends, so the
 * bits are the same for any chunking of each. There is one backpressure and one end: none is read further than one chunk ahead of the others, and
 * where one fails, or the flow is cancelled or aborted, all are given back. Needs: as many rows as each other; one that ends before is an error.
 * Cost: that of each stream; memory: a chunk in work and one read ahead, and the row cache where rows are read twice, for each.
 *
 * @example A model and its quantisation
 * ```ts
 * import { agreement, fromArray, klDivergence, reduce, zip } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const full = fromArray(Float32Array.of(1, 2, 3, 3, 1, 2), { vocabulary: 3 });
 * const small = fromArray(Float32Array.of(1, 2, 3, 1, 3, 2), { vocabulary: 3, chunk: 2 });
 * const rows = reduce(zip({ full, small }), { kl: klDivergence("full", "small"), tops: agreement("full", "small") });
 * assertEquals(await Array.fromAsync(rows, ({ kl, tops }) => [kl > 1e-6, tops.agree]), [[false, true], [true, false]]);
 * ```
 *
 * @typeParam T The streams.
 * @param streams The logits by name: at least one, at most 8.
 * @returns The aligned streams; nothing is read.
 * @throws {ParameterError} If that is no record of logits, or two names have one source that can be read but once.
 * @throws {ShapeError} If rows or vocabulary differ, or some are float64 and some are not (`E_DTYPE`).
 */
export function zip<T extends Readonly<Record<string, Logits>>>(streams: T): Aligned<keyof T & string> {
  checkStreams(streams);
  return new AlignedLogits(streams);
}

function checkStreams(streams: Readonly<Record<string, Logits>>): void {
  const names = Object.keys(Object(streams));
  if (typeof streams !== "object" || streams === null || Array.isArray(streams) || names.length === 0) {
    throw new ParameterError(`Cannot zip ${shown(streams)}: wanted logits by name, as { student, teacher }`);
  }
  if (names.length > MOST) throw new ParameterError(`Cannot zip ${names.length} streams: wanted at most ${MOST}`);
  if (names.includes("")) {
    throw new ParameterError('Cannot zip a stream with the name "": wanted a name of at least a letter');
  }
  for (const name of names) checkLogits(`zip as "${name}"`, streams[name]);
  const [first, ...others] = names;
  for (const other of others) checkPair(streams, first, other);
  checkOnce(streams, names);
}

function checkPair(streams: Readonly<Record<string, Logits>>, first: string, other: string): void {
  const [a, b] = [streams[first].shape, streams[other].shape];
  const say = (name: string, what: unknown) => `"${name}" has ${what}`;
  if (a.vocabulary !== b.vocabulary) {
    throw new ShapeError(
      `Cannot zip streams of different vocabularies: ${say(first, a.vocabulary)}, ${say(other, b.vocabulary)}`,
    );
  }
  if (a.rows !== undefined && b.rows !== undefined && a.rows !== b.rows) {
    throw new ShapeError(`Cannot zip streams of different length: ${say(first, a.rows)} rows, ${say(other, b.rows)}`);
  }
  const [wide, otherWide] = [isWide(streams[first]), isWide(streams[other])];
  if (wide === otherWide) return;
  const [narrow, f64] = wide ? [other, first] : [first, other];
  throw new ShapeError(
    `Cannot zip "${f64}", which is f64, with "${narrow}", which is ${
      sourceOf(streams[narrow]).shape.dtype
    }: rows of one are worked on in float64, of ` +
      "the other in float32; convert one of them, as by fromArray(Float32Array.from(values), ...)",
    "E_DTYPE",
  );
}

function sourceOf(logits: Logits): Pick<Logits, "shape" | "replay"> {
  return logits.source ?? logits;
}

function isWide(logits: Logits): boolean {
  return sourceOf(logits).shape.dtype === "f64";
}

/** Refuses one source under two names where it can be read but once: the second would find nothing. */
function checkOnce(streams: Readonly<Record<string, Logits>>, names: readonly string[]): void {
  const owners = new Map<unknown, string>();
  for (const name of names) {
    const source = sourceOf(streams[name]);
    if (source.replay !== "once") continue;
    const owner = owners.get(source);
    if (owner !== undefined) {
      throw new ParameterError(
        `Cannot zip one source as "${owner}" and as "${name}": it can be read but once; write it to a file, or read it into an array`,
      );
    }
    owners.set(source, name);
  }
}

class AlignedLogits<N extends string> implements Aligned<N> {
  readonly streams: Readonly<Record<N, Logits>>;
  readonly shape: Pick<Shape, "rows" | "vocabulary">;
  readonly replay: Replay;
  readonly spec: Spec;

  constructor(streams: Readonly<Record<N, Logits>>) {
    const all = Object.values<Logits>(streams);
    const rows = all.find(({ shape }) => shape.rows !== undefined)?.shape.rows;
    this.streams = Object.freeze({ ...streams });
    this.shape = Object.freeze({ rows, vocabulary: all[0].shape.vocabulary });
    this.replay = REPLAYS.find((replay) => all.some((logits) => logits.replay === replay))!;
    this.spec = { name: "zip", params: { streams: Object.keys(streams) }, inputs: all.map(({ spec }) => spec) };
  }

  /** @ignore */
  reduction(_verb: string, reducers: Reducers, options: FlowOptions): Reduction {
    const set = this.#setOf(reducers);
    const flow = new AlignedFlow(this.streams, options, set.maySecond);
    return { set, flow, work: new AlignedWork(set, flow, this.shape.vocabulary, options) };
  }

  /** @ignore */
  states(
    reducers: Reducers,
    options: FlowOptions & { readonly columns?: readonly [number, number] },
  ): ReadableStream<RowState> {
    const set = this.#setOf(reducers), flow = new AlignedFlow(this.streams, options, false);
    const operators = Object.entries<Logits>(this.streams).map(([name, { spec, source, shape }]) =>
      `${name}: ${chainText(spec, (source?.shape ?? shape).dtype)}`
    ).join("; ");
    let state: RowState | undefined;
    return flowStream(flow, options.signal, async (controller) => {
      for (let done = 0; done === 0;) {
        if (!await flow.runs.fill()) return false;
        flow.runs.pass((run) => {
          if (run.start === flow.columns[0]) {
            state = new RowState(set, flow.kernels, run.row, this.shape.vocabulary, undefined, operators);
          }
          state!.extend(run);
          if (run.start + run.count < flow.columns[1]) return true;
          controller.enqueue(state!);
          done++;
          return true;
        });
      }
      return true;
    });
  }

  /** @ignore */
  plan(reducers: Reducers, options: FlowOptions): Plan {
    const set = this.#setOf(reducers);
    return alignedPlan(this, set, new AlignedFlow(this.streams, options, set.maySecond).kernels, options);
  }

  #setOf(reducers: Reducers): ReducerSet {
    const names = Object.keys(this.streams), [first] = Object.values<Logits>(this.streams);
    const set = new ReducerSet(reducers, names).snapshot();
    set.check({ ...this.shape, dtype: first.shape.dtype });
    return set;
  }
}
