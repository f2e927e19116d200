/** What the kernel tests share: seeded numbers, rows of many kinds, and a bench to lay them on. */
import {
  availableBackends,
  type Backend,
  Column,
  type Kernels,
  type Lane,
  type Level,
  loadKernels,
  TILE,
} from "../../kernels/mod.ts";

export const BACKENDS: readonly Backend[] = availableBackends();
export const LEVELS: readonly Level[] = ["maximum", "sum", "moments", "squares"];

/** Lengths around every border a kernel has: vectors, turns, blocks, tiles. */
export const LENGTHS: readonly number[] = [
  ...range(0, 67),
  ...[127, 128, 129, 255, 257, 511, 513],
  ...range(1000, 1030),
  ...[2047, 2049, 4095, 4096, 4097],
];

/** The integers from `first` to `last`, both included. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** A seeded stream of numbers in [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let h = Math.imul(state ^ (state >>> 15), state | 1);
    h ^= h + Math.imul(h ^ (h >>> 7), h | 61);
    return ((h ^ (h >>> 14)) >>> 0) / 4294967296;
  };
}

/** A seeded stream of standard normal numbers. */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** Rows of the kinds that break softmaxes, by name. */
export const KINDS: Record<string, (length: number, seed: number) => Float32Array> = {
  normal: (length, seed) => fill(length, normal(seed), (g) => 4 * g()),
  wide: (length, seed) => fill(length, uniform(seed), (u) => 100 * u() - 50),
  offset: (length, seed) => fill(length, uniform(seed), (u) => 1e4 + 40 * u() - 20),
  spread: (length, seed) => fill(length, uniform(seed), (u) => 2e4 * u() - 1e4),
  flat: (length) => new Float32Array(length).fill(0.1),
  tied: (length, seed) => fill(length, uniform(seed), (u) => Math.floor(4 * u()) / 4),
  spiked: (length, seed) => spike(fill(length, normal(seed), (g) => 4 * g()), seed),
  masked: (length, seed) => fill(length, uniform(seed), (u) => u() < 0.5 ? -Infinity : 10 * u()),
};

function fill(length: number, next: () => number, value: (next: () => number) => number): Float32Array {
  return Float32Array.from({ length }, () => value(next));
}

function spike(row: Float32Array, seed: number): Float32Array {
  if (row.length > 0) row[seed % row.length] = 40;
  return row;
}

/** A backend's kernels with views of its memory. */
export interface Bench {
  readonly kernels: Kernels;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly bytes: Uint8Array;
  /** A lane that nobody else uses while a test runs. */
  readonly lane: Lane;
  /** An accumulator of its own. */
  readonly slot: number;
  /** A read buffer. */
  readonly buffer: number;
}

/** The kernels of one backend, float32 logits. */
export function benchOf(backend: Backend): Bench {
  const kernels = loadKernels(backend);
  return {
    kernels,
    f32: new Float32Array(kernels.memory),
    f64: new Float64Array(kernels.memory),
    bytes: new Uint8Array(kernels.memory),
    lane: kernels.arena.lend((lane) => lane),
    ...placesOf(kernels),
  };
}

type Held = Pick<Bench, "slot" | "buffer">;

const held = new Map<Kernels, Held>();

/** Places of the arena that are never given back. */
function placesOf(kernels: Kernels): Held {
  const places = held.get(kernels) ?? {
    slot: kernels.arena.slots.take({}, () => {}),
    buffer: kernels.arena.lendBuffer().byteOffset,
  };
  held.set(kernels, places);
  return places;
}

/** Runs `test` once for each backend, with the name in the error. */
export function forEachBackend(test: (bench: Bench, backend: Backend) => void): void {
  for (const backend of BACKENDS) {
    try {
      test(benchOf(backend), backend);
    } catch (error) {
      throw new Error(`${backend}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Lays a row at the stage, `shift` elements in, with NaN before and behind it, and gives its address. */
export function lay(bench: Bench, row: ArrayLike<number>, shift = 0): number {
  const { stage } = bench.lane;
  const first = (stage >> 2) + 4 + shift;
  bench.f32.fill(NaN, first - 4, first + row.length + 8);
  bench.f32.set(row, first);
  return first * 4;
}

/** One table row, copied. */
export function tableRow(bench: Bench, tile = 0): number[] {
  const first = (bench.lane.table >> 3) + tile * Column.stride;
  return [...bench.f64.slice(first, first + 7)];
}

/** A row's totals: sweep, deposit and total of up to 15 tiles at a time. */
export function totals(bench: Bench, level: Level, row: Float32Array): number[] {
  const { kernels } = bench;
  const { lane: { table }, slot } = bench, { out } = kernels.arena;
  kernels.clear(slot);
  for (let done = 0; done < row.length; done += 15 * TILE) {
    const part = row.subarray(done, done + 15 * TILE);
    const at = lay(bench, part);
    kernels.sweep(level, at, part.length, table);
    kernels.deposit(level, table, Math.ceil(part.length / TILE), slot);
  }
  kernels.total(slot, out);
  return [...bench.f64.slice(out >> 3, (out >> 3) + 6)];
}

/** What float64 says of a row: maximum, log-sum over the maximum, entropy, and variance of the logits under the weights. */
export function expected(
  row: ArrayLike<number>,
): { maximum: number; logSum: number; entropy: number; variance: number } {
  let maximum = -Infinity;
  for (let i = 0; i < row.length; i++) maximum = Math.max(maximum, row[i]);
  let [sum, first, second] = [0, 0, 0];
  for (let i = 0; i < row.length; i++) {
    const d = row[i] - maximum;
    const w = Math.exp(d);
    if (w === 0) continue;
    sum += w;
    first += w * d;
    second += w * d * d;
  }
  const mean = first / sum;
  return { maximum, logSum: Math.log(sum), entropy: Math.log(sum) - mean, variance: second / sum - mean * mean };
}
