import { type Chunk, define, type LogitArray, type Operator } from "../core/mod.ts";

/** Cuts chunks anew. Holds less than one chunk's worth of logits between calls. */
class Cutter {
  #size: number;
  /** Views that follow each other, too few for a chunk: joined once, when there are enough. */
  #parts: LogitArray[] = [];
  #held = 0;
  #first: Chunk | undefined;

  constructor(size: number) {
    this.#size = size;
  }

  *take(chunk: Chunk): Generator<Chunk> {
    if (!this.#follows(chunk)) yield* this.flush();
    const { data } = chunk;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(data.length, this.#size - this.#held);
      this.#hold(chunk, 0, at);
      if (this.#held === this.#size) yield* this.flush();
    }
    for (; data.length - at >= this.#size; at += this.#size) yield part(chunk, at, at + this.#size);
    if (at < data.length) this.#hold(chunk, at, data.length);
  }

  /** What is held, as one chunk. */
  *flush(): Generator<Chunk> {
    const first = this.#first;
    if (!first) return;
    const data = join(this.#parts, this.#held);
    this.#parts = [];
    this.#held = 0;
    this.#first = undefined;
    yield { ...first, data };
  }

  /** Whether a chunk begins where the held logits end; it need not where only some columns are read. */
  #follows({ shape: { vocabulary }, row, start }: Chunk): boolean {
    const first = this.#first;
    return !first || row * vocabulary + start === first.row * vocabulary + first.start + this.#held;
  }

  #hold(chunk: Chunk, from: number, to: number): void {
    const held = part(chunk, from, to);
    this.#first ??= held;
    this.#parts.push(held.data);
    this.#held += to - from;
  }
}

function part({ shape, data, row, start }: Chunk, from: number, to: number): Chunk {
  if (from === 0 && to === data.length) return { shape, data, row, start };
  const id = start + from;
  const { vocabulary } = shape;
  return { shape, data: data.subarray(from, to), row: row + Math.floor(id / vocabulary), start: id % vocabulary };
}

function join(parts: readonly LogitArray[], length: number): LogitArray {
  if (parts.length === 1) return parts[0];
  const data = new (parts[0].constructor as new (length: number) => LogitArray)(length);
  let at = 0;
  for (const each of parts) {
    data.set(each, at);
    at += each.length;
  }
  return data;
}

/**
 * Cuts the stream into chunks of n logits; the last may be shorter, and where only some columns are read so is the last of
 * each row. Logits, dtype and order stay; a chunk may span rows.
 *
 * Where a new chunk lies within an old one it is a view of it; else its logits are copied once. Holds less than n logits.
 * It is for who takes the chunks: `open()`, `tap`, `zipMasks`, a stream of your own. `reduce`, `collect`, `map` and `normalize` pass it
 * over, as `explain` says: their results are the same for any cut. How much they read at a time is the option `chunk` of the source.
 *
 * @example Chunks of four across the end of a row
 * ```ts
 * import { rechunk } from "@sluice/sluice/operators";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray(new Float32Array(6), { vocabulary: 3 }).pipe(rechunk(4));
 * const chunks = await Array.fromAsync(logits.open());
 * assertEquals(chunks.map(({ row, start, data }) => [row, start, data.length]), [[0, 0, 4], [1, 1, 2]]);
 * ```
 *
 * @param size Logits of a chunk: a whole number of at least 1.
 * @returns The operator.
 * @throws {ParameterError} If it is not.
 */
export function rechunk(size: number): Operator {
  return rechunkDefinition.call({}, size);
}

/** Its row of the catalogue. */
export const rechunkDefinition = /* @__PURE__ */ define({
  name: "rechunk",
  kind: "operator",
  help: "cuts chunks anew",
  options: {
    size: { type: "whole", least: 1, argument: true, sole: true, help: "logits" },
  },
  make: ({ size }, spec): Operator => ({
    spec,
    reshapes: true,
    apply: (): void => {},
    stream: (): TransformStream<Chunk, Chunk> => rechunkStream(size),
  }),
});

function rechunkStream(size: number): TransformStream<Chunk, Chunk> {
  const cutter = new Cutter(size);
  return new TransformStream({
    transform(chunk, controller): void {
      for (const cut of cutter.take(chunk)) controller.enqueue(cut);
    },
    flush(controller): void {
      for (const cut of cutter.flush()) controller.enqueue(cut);
    },
  });
}
