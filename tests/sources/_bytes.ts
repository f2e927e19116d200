/** Helpers of the tests of sources, sinks and operators: seeded numbers, files made by hand, streams that misbehave. */
import type { ByteReader, Chunk, LogitArray, Range } from "@sluice/sluice/core";

/** A seeded stream of numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number in [from, to). */
export function whole(next: () => number, from: number, to: number): number {
  return from + Math.floor(next() * (to - from));
}

/** An array's bytes. */
export function bytesOfArray({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}

/** Joins bytes. */
export function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A `.npy` with any header text. */
export function npy(header: string, data: ArrayBufferView | Uint8Array, major = 1): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header + "\n");
  const size = new Uint8Array(major === 1 ? 2 : 4);
  if (major === 1) new DataView(size.buffer).setUint16(0, text.length, true);
  else new DataView(size.buffer).setUint32(0, text.length, true);
  return concat(Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0), size, text, bytesOfArray(data));
}

/** The header that NumPy writes. */
export function npyText(descr: string, shape: readonly number[], fortran = false): string {
  const axes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  return `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${axes}, }`;
}

/** A `.safetensors` with any header. */
export function safetensors(header: unknown, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(text.length), true);
  return concat(size, text, data);
}

/** Runs with a folder that is gone afterwards. */
export async function withFolder(run: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run((name) => `${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A chunk in few words. */
export interface Piece {
  readonly row: number;
  readonly start: number;
  readonly data: number[];
}

/** All chunks of a stream. */
export async function pieces(chunks: ReadableStream<Chunk>): Promise<Piece[]> {
  const found: Piece[] = [];
  for await (const { row, start, data } of chunks) found.push({ row, start, data: [...data] });
  return found;
}

/** All logits of a stream. */
export async function logitsOf(chunks: ReadableStream<Chunk>): Promise<number[]> {
  return (await pieces(chunks)).flatMap(({ data }) => data);
}

/** All bytes of a reader, read `size` at a time; closes it. */
export async function drain(reader: ByteReader, size = 64): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const into = new Uint8Array(size);
      const count = await reader.read(into);
      if (count === 0) return concat(...parts);
      parts.push(into.subarray(0, count));
    }
  } finally {
    await reader.close();
  }
}

/** What a range of rows of `vocabulary` holds. */
export function rangeOf(data: LogitArray, vocabulary: number, { rows, columns }: Range): number[] {
  const [firstRow, lastRow] = rows ?? [0, data.length / vocabulary];
  const [from, to] = columns ?? [0, vocabulary];
  const found: number[] = [];
  for (let row = firstRow; row < lastRow; row++) {
    for (let id = from; id < to; id++) found.push(data[row * vocabulary + id]);
  }
  return found;
}

/** Every range of an array of `rows` and `vocabulary`, open ones included. */
export function* ranges(rows: number, vocabulary: number): Generator<Range> {
  for (const ofRows of [undefined, ...intervals(rows)]) {
    for (const ofColumns of [undefined, ...intervals(vocabulary)]) {
      yield { ...ofRows && { rows: ofRows }, ...ofColumns && { columns: ofColumns } };
    }
  }
}

function* intervals(size: number): Generator<[number, number]> {
  for (let from = 0; from < size; from++) for (let to = from + 1; to <= size; to++) yield [from, to];
}

/** Bytes cut at random places, now and then an empty piece among them. */
export function cutAnywhere(bytes: Uint8Array, next: () => number, longest: number): Uint8Array<ArrayBuffer>[] {
  const cuts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = Math.floor(next() * (longest + 1));
    cuts.push(bytes.slice(at, at + size));
    at += size;
  }
  return cuts;
}

/** A stream that counts what is done to it. It gives `chunks`, then `error` if there is one. */
export class CountedStream<T> {
  pulls = 0;
  readonly cancels: unknown[] = [];
  readonly stream: ReadableStream<T>;

  constructor(chunks: readonly T[], error?: unknown) {
    this.stream = new ReadableStream<T>({
      pull: (controller) => {
        const at = this.pulls++;
        if (at < chunks.length) controller.enqueue(chunks[at]);
        else if (error !== undefined) controller.error(error);
        else controller.close();
      },
      cancel: (reason) => {
        this.cancels.push(reason);
      },
    }, { highWaterMark: 0 });
  }
}
