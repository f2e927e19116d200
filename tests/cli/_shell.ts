import { type Io, run } from "../../src/cli/mod.ts";
import { fromStream } from "../../src/sources/mod.ts";

/** What a command left behind. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** What is around the command, where it is not the usual. */
export interface Around {
  /** The bytes of standard input, cut as given. */
  readonly input?: readonly Uint8Array[] | ReadableStream<Uint8Array>;
  readonly terminal?: boolean;
  readonly errorTerminal?: boolean;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** The file that standard input is. */
  readonly inputFile?: string;
  /** Called for each write to standard output; may throw. */
  readonly onWrite?: (text: string) => void | Promise<void>;
}

/** Runs the command line without a process. */
export async function sluice(args: readonly string[], around: Around = {}): Promise<Outcome> {
  const { input, terminal = false, errorTerminal = false, columns = 80, signal, inputFile, onWrite } = around;
  let out = "", err = "";
  const io: Io = {
    output: new WritableStream({
      async write(bytes) {
        const text = new TextDecoder().decode(bytes);
        await onWrite?.(text);
        out += text;
      },
    }),
    outputIsTerminal: terminal,
    error: (text) => void (err += text),
    errorIsTerminal: errorTerminal,
    columns,
    input: (options) => fromStream(input instanceof ReadableStream ? input : ReadableStream.from(input ?? []), options),
    ...(signal ? { signal } : {}),
    ...(inputFile ? { inputFile: () => Deno.stat(inputFile) } : {}),
  };
  const status = await run(args, io);
  return { status, out, err };
}

/** The objects of NDJSON text. */
// deno-lint-ignore no-explicit-any
export function objects(text: string): any[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** A folder of its own for a test, removed at its end. */
export async function inFolder(run: (path: (name: string) => string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-cli-" });
  try {
    await run((name) => `${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | BigInt64Array;

/** A `.npy` file of these numbers. */
export function npy(data: Numbers, shape: readonly number[], descr = "<f4"): Uint8Array<ArrayBuffer> {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`.padEnd(117) + "\n";
  const prefix = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, text.length, 0];
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const all = new Uint8Array(prefix.length + text.length + bytes.length);
  all.set(prefix);
  all.set(new TextEncoder().encode(text), prefix.length);
  all.set(bytes, prefix.length + text.length);
  return all;
}

/** Rows of seeded logits between -20 and 20. */
export function logits(count: number, seed = 1): Float32Array<ArrayBuffer> {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 * 40 - 20;
  });
}

/** The OCR rows that are shipped with the examples. */
export const OCR: string = new URL("../../examples/data/ocr_logits_f32.npy", import.meta.url).pathname;
