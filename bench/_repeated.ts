import { type Chunk, type Logits, logitsFrom, type Shape } from "../mod.ts";

/** The same warm row over and over, as a Web Stream of chunks: what flows costs nothing to make. */
export function repeated(row: Float32Array, rows: number, size: number): Logits {
  const shape: Shape = Object.freeze({ rows, vocabulary: row.length, dtype: "f32" });
  const chunks: Pick<Chunk, "data" | "start">[] = [];
  for (let start = 0; start < row.length; start += size) {
    chunks.push({ data: row.subarray(start, start + size), start });
  }
  return logitsFrom({
    shape,
    replay: "free",
    spec: { name: "repeated", params: { ...shape }, inputs: [] },
    open(): ReadableStream<Chunk> {
      let next = 0;
      return new ReadableStream<Chunk>({
        pull(controller): void {
          const row = Math.floor(next / chunks.length);
          if (row === rows) return controller.close();
          controller.enqueue({ shape, row, ...chunks[next++ % chunks.length] });
        },
      }, { highWaterMark: 0 });
    },
  });
}
