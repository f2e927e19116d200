import { type Chunk, type Logits, logitsFrom, type Range, type Replay, type Shape } from "../../src/core/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";

/** What a {@linkcode Probe} was made to do. */
export interface ProbeCounts {
  /** Streams opened. */
  opened: number;
  /** Chunks asked for. */
  pulled: number;
  /** Streams read to their end. */
  ended: number;
  /** Reasons of cancels. */
  readonly canceled: unknown[];
  /** The row ranges of each opening. */
  readonly ranges: (Range | undefined)[];
}

/** A source that counts what is asked of it, by its stream only. */
export interface Probe {
  readonly logits: Logits;
  readonly counts: ProbeCounts;
}

/** Options of {@linkcode probeOf}. */
export interface ProbeOptions {
  readonly shape: Shape;
  readonly replay?: Replay;
  /** Chunks of one opening, in order; the n-th opening may differ. */
  readonly chunks: (opening: number, range?: Range) => Iterable<Chunk> | AsyncIterable<Chunk>;
  readonly identity?: () => Promise<string>;
}

/** A source made of chunks, pulled one at a time, whose use is counted. */
export function probeOf({ shape, replay = "free", chunks, identity }: ProbeOptions): Probe {
  const counts: ProbeCounts = { opened: 0, pulled: 0, ended: 0, canceled: [], ranges: [] };
  const logits = logitsFrom({
    shape,
    replay,
    spec: { name: "probe", params: {}, inputs: [] },
    open(range) {
      counts.ranges.push(range);
      const given = chunks(counts.opened++, range);
      const items = Symbol.asyncIterator in given ? given[Symbol.asyncIterator]() : given[Symbol.iterator]();
      return new ReadableStream<Chunk>({
        async pull(controller) {
          counts.pulled++;
          const { value, done } = await items.next();
          if (done) {
            counts.ended++;
            controller.close();
          } else controller.enqueue(value);
        },
        cancel(reason) {
          counts.canceled.push(reason);
        },
      }, { highWaterMark: 0 });
    },
    ...(identity ? { identity } : {}),
  });
  return { logits, counts };
}

/** The chunks of an array cut into pieces of `size` logits, in the range asked for. */
export function* cutChunks(data: Chunk["data"], shape: Shape, size: number, range: Range = {}): Generator<Chunk> {
  const [first, last] = range.rows ?? [0, shape.rows ?? data.length / shape.vocabulary];
  const [from, to] = range.columns ?? [0, shape.vocabulary];
  const whole = to - from === shape.vocabulary;
  for (let row = first; row < (whole ? first + 1 : last); row++) {
    const begin = row * shape.vocabulary + from;
    const end = whole ? last * shape.vocabulary : row * shape.vocabulary + to;
    for (let at = begin; at < end; at += size) {
      const part = data.subarray(at, Math.min(end, at + size));
      yield { shape, data: part, row: Math.floor(at / shape.vocabulary), start: at % shape.vocabulary };
    }
  }
}

/** The same logits by their stream only: the engine cannot read them into its own buffers. */
export function streamOnly(logits: Logits, replay: Replay = logits.replay): Logits {
  return logitsFrom({ shape: logits.shape, replay, spec: logits.spec, open: (range) => logits.open(range) });
}

/** An array as logits in chunks, by either door. */
export function logitsBy(
  door: "read" | "stream",
  data: Chunk["data"],
  { vocabulary, dtype }: Pick<Shape, "vocabulary" | "dtype">,
  chunk: number,
): Logits {
  const logits = fromArray(data, { vocabulary, dtype, chunk });
  return door === "read" ? logits : streamOnly(logits);
}
