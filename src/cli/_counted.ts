import { type ByteReader, type Chunk, type Logits, logitsFrom, type LogitSource } from "../core/mod.ts";

/** The same logits, telling how many bytes each read gave. */
export function counted(logits: Logits, onBytes: (count: number) => void): Logits {
  const { source } = logits;
  if (!source) return logits;
  const { shape, replay, spec, axes } = source;
  const same: LogitSource = {
    shape,
    replay,
    spec,
    axes,
    open: (range) => source.open(range).pipeThrough(countChunks(onBytes)),
    ...(source.read ? { read: (range) => countReads(source.read!(range), onBytes) } : {}),
    ...(source.identity ? { identity: () => source.identity!() } : {}),
  };
  return logitsFrom(same).pipe(...(logits.operators ?? []));
}

function countReads(reader: ByteReader, onBytes: (count: number) => void): ByteReader {
  return {
    async read(into) {
      const count = await reader.read(into);
      onBytes(count);
      return count;
    },
    close: () => reader.close(),
  };
}

function countChunks(onBytes: (count: number) => void): TransformStream<Chunk, Chunk> {
  return new TransformStream({
    transform(chunk, controller) {
      onBytes(chunk.data.byteLength);
      controller.enqueue(chunk);
    },
  });
}
