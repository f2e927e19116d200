/** The kernels over more memory than the product gives them, for measuring: each build's own instance, and rows to feed it. */
import { Column, SLOT_BYTES, TILE, TILES, Total } from "../../kernels/mod.ts";
import type { Parameter, Row } from "../../kernels/row.ts";
import { alignedOver } from "../../kernels/aligned/load_aligned.ts";
import { ALIGNED } from "../../kernels/aligned/table.ts";
import { KERNELS } from "../../kernels/table.ts";
import { loadTwoPass } from "../../kernels/two_pass/load_two_pass.ts";
import { PAIRS } from "../../kernels/two_pass/table.ts";
import { buildFunctions } from "../../kernels/wasm_kernels.ts";

/** Logits that one call takes: those of a sweep. */
const SLICE = TILE * TILES;
const TABLE = 8192;
const SLOT = 16384;
const OUT = 20480;
const INDICES = 24576;
const LOGITS = 4 * 65536;

/** One thing to measure: a pass over the whole row. */
export interface Pass {
  readonly name: string;
  /** The kernel, if it is one alone. */
  readonly kernel?: string;
  run(): void;
}

// deno-lint-ignore no-explicit-any
type Kernel = (...args: any[]) => unknown;

/** `length` logits N(0, 4^2), by a fast fixed generator. */
function fillNormal(row: Float32Array): void {
  let state = 12345;
  for (let i = 0; i < row.length; i++) {
    let sum = 0;
    for (let j = 0; j < 4; j++) {
      state = Math.imul(state, 1664525) + 1013904223 | 0;
      sum += state;
    }
    row[i] = sum * (4 / 2147483648 / Math.sqrt(4 / 3));
  }
}

/** Bytes of a table of the whole row, which lies behind the logits and what is made of them. */
function tableBytes(length: number): number {
  return Math.ceil(length / TILE) * Column.stride * 8;
}

function memoryFor(length: number): WebAssembly.Memory {
  const bytes = LOGITS + 8 * length + tableBytes(length);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
  fillNormal(new Float32Array(memory.buffer, LOGITS, length));
  return memory;
}

/** Every kernel of a build as a pass over `length` logits, the plain read first; and what they are measured by. */
export function passesOf(build: "fma" | "simd", length: number): Pass[] {
  const memory = memoryFor(length);
  const kernels = buildFunctions(build, memory);
  const copy: Kernel = (at, count, to) => kernels.logProbabilities(at, count, to, 0, 0);
  for (const slot of [SLOT, SLOT + 2 * SLOT_BYTES]) kernels.clear(slot);
  kernels.sweep("squares", LOGITS, Math.min(SLICE, length), TABLE);
  const logSumExp = (level: "sum" | "moments") =>
    slices(length, SLICE, (at, count) => {
      kernels.sweep(level, at, count, TABLE);
      kernels.deposit(level, TABLE, Math.ceil(count / TILE), SLOT);
    });
  return [
    { name: "plain read", run: slices(length, SLICE, (at, count) => kernels.read(at, count)) },
    { name: "log-sum-exp: sweep and deposit", run: logSumExp("sum") },
    { name: "with moments", run: logSumExp("moments") },
    { name: "softmax: store and share", run: softmaxOf(kernels, length, new Float64Array(memory.buffer, OUT, 8)) },
    { name: "Math.exp loop", run: mathExp(new Float32Array(memory.buffer, LOGITS, length)) },
    ...Object.entries(KERNELS).flatMap(([name, row]) => passesOfRow(name, row, kernels[name as "sweep"], length, copy)),
    ...alignedPasses(build, length, memory, copy),
    ...pairPasses(build, length),
  ];
}

/** A written-out softmax: the storing sweep of the whole row, its sum, then shares beside the logits, in place of the weights. */
function softmaxOf(kernels: ReturnType<typeof buildFunctions>, length: number, total: Float64Array): () => void {
  const table = (at: number) => LOGITS + 8 * length + tableBytes((at - LOGITS) / 4);
  const store = slices(length, SLICE, (at, count) => {
    kernels.store(at, count, table(at), at + 4 * length);
    kernels.deposit("sum", table(at), Math.ceil(count / TILE), SLOT);
  });
  const share = slices(length, SLICE, (at, count) => {
    const weights = at + 4 * length;
    kernels.share(weights, count, table(at), weights, total[Total.mantissa], total[Total.exponent]);
  });
  return () => {
    kernels.clear(SLOT);
    store();
    kernels.total(SLOT, OUT);
    share();
  };
}

/** Those of aligned streams, of which both are the same logits. */
function alignedPasses(build: "fma" | "simd", length: number, memory: WebAssembly.Memory, copy: Kernel): Pass[] {
  const kernels = alignedOver(build, memory);
  return Object.entries(ALIGNED).flatMap(([name, row]) =>
    passesOfRow(name, row, kernels[name as "cross"], length, copy)
  );
}

/** The paper's kernels, in a memory of their own. */
function pairPasses(build: "fma" | "simd", length: number): Pass[] {
  const kernels = loadTwoPass(build, memoryFor(length));
  return Object.entries(PAIRS).flatMap(([name, row]) => {
    const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    const passes = passesOfRow(name, row, kernels[name as "pairSum"], length, () => {});
    return passes.map((pass) => ({ ...pass, name: `the paper's ${words}` }));
  });
}

/** A pass that calls a kernel slice by slice. */
function slices(length: number, size: number, run: (at: number, count: number) => void): () => void {
  return () => {
    for (let done = 0; done < length; done += size) run(LOGITS + 4 * done, Math.min(size, length - done));
  };
}

/** A kernel with its first values: a pass a level, where it has levels. */
function passesOfRow(name: string, row: Row, kernel: Kernel, length: number, copy: Kernel): Pass[] {
  const parameters = Object.values(row.parameters);
  const levels = row.parameters.level?.values ?? [undefined];
  const size = parameters.some(({ is }) => is === "tile") ? TILE : SLICE;
  const replaced = parameters.some(({ is }) => is === "replaced");
  return levels.map((level) => {
    const run = slices(length, size, (at, count) => {
      const mapped = at + 4 * length;
      // What is replaced is a copy, so that each pass has the same logits.
      if (replaced) copy(at, count, mapped);
      const given = parameters.map((parameter, i) => valueOf(parameter, at, count, mapped, i));
      if (level !== undefined) given[0] = level;
      kernel(...given);
    });
    return { name: [replaced ? "copy, then" : "", name, level ?? ""].join(" ").trim(), kernel: name, run };
  });
}

/** What a parameter gets. */
function valueOf({ is, values }: Parameter, at: number, count: number, mapped: number, i: number): unknown {
  switch (is) {
    case "value":
      return values[0];
    case "logits":
    case "words":
      return at;
    case "mapped":
    case "stored":
    case "weights":
    case "replaced":
      return mapped;
    case "indices":
      return INDICES;
    case "table":
    case "swept":
    case "rows":
      return TABLE;
    case "slot":
      return SLOT + 2 * i * SLOT_BYTES;
    case "out":
    case "pair":
      return OUT;
    case "tiles":
      return Math.ceil(count / TILE);
    case "bytes":
      return 2 * count;
    default:
      return count;
  }
}

/** The loop one would write in JavaScript: maximum, then `Math.exp`. */
function mathExp(row: Float32Array): () => void {
  return () => {
    let maximum = -Infinity;
    for (let i = 0; i < row.length; i++) maximum = Math.max(maximum, row[i]);
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += Math.exp(row[i] - maximum);
    if (!(sum >= 1)) throw new Error("The loop was optimised away");
  };
}
