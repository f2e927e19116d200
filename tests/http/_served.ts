import type { AppOptions } from "../../src/http/mod.ts";
import type { Service } from "../../src/http/_service.ts";
import { start } from "../../src/http/server/_start.ts";
import { TextLineStream } from "../../src/http/body/_streams.ts";

/** A service on a port of its own, for one test. */
export interface Served {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  readonly port: number;
  readonly service: Service;
  /** Errors outside the catalogue: a test that expects none asserts so. */
  readonly unexpected: readonly unknown[];
  post(path: string, body?: BodyInit | ReadableStream<Uint8Array> | null, init?: RequestInit): Promise<Response>;
}

/** Runs a test against a real server on a real socket; fails if an error outside the catalogue was met. */
export async function served(options: AppOptions, run: (served: Served) => Promise<void>): Promise<void> {
  const unexpected: unknown[] = [];
  const { serving, service } = await start({ ...options, port: 0, onError: (error) => unexpected.push(error) });
  const { origin } = serving;
  try {
    await run({
      origin,
      port: Number(new URL(origin).port),
      service,
      unexpected,
      post: (path, body, init) => fetch(`${origin}${path}`, { method: "POST", body: body ?? null, ...init }),
    });
  } finally {
    await serving.stop();
  }
  if (unexpected.length > 0) throw unexpected[0];
}

/** The objects of an NDJSON answer. */
// deno-lint-ignore no-explicit-any
export async function lines(response: Response): Promise<any[]> {
  const texts = response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  return (await Array.fromAsync(texts)).filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** Little-endian bytes of f32 rows. */
export function bytesOfRows(values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** A body that is cut into pieces of these lengths, over and over. */
export function cut(
  bytes: Uint8Array<ArrayBuffer>,
  lengths: readonly number[],
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  let turn = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const end = at + lengths[turn++ % lengths.length];
      controller.enqueue(bytes.slice(at, end));
      at = end;
    },
  });
}

/** A `.npy` of f32 rows. */
export function npyOf(
  values: ArrayLike<number>,
  shape: string,
  descr = "<f4",
  order = "False",
): Uint8Array<ArrayBuffer> {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117) + "\n";
  const data = bytesOfRows(values);
  const bytes = new Uint8Array(128 + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes.set(data, 128);
  return bytes;
}

/** A safetensors file of one f32 tensor a name, each of these values. */
export function safetensorsOf(tensors: Record<string, readonly number[]>): Uint8Array<ArrayBuffer> {
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, values]) => {
      const from = at;
      at += values.length * 4;
      return [name, { dtype: "F32", shape: [1, values.length], data_offsets: [from, at] }];
    }),
  );
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(bytesOfRows(Object.values(tensors).flat()), 8 + text.length);
  return bytes;
}

/** Waits until something is true; fails after two seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`It did not happen: ${what}`);
}
