/** The kernels over more memory than the product gives them, for measuring: each build's own instance, and rows to feed it. */
import { TILE, TILES } from "../../kernels/mod.ts";
import { instantiate } from "../../kernels/wasm.ts";

const SLICE = TILE * TILES;
const TABLE = 8192;
const SLOT = 16384;
const OUT = 20480;
const INDICES = 24576;
const LOGITS = 65536;

/** One thing to measure: a pass over the whole row. */
export interface Pass {
  readonly name: string;
  run(): void;
}

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

/** Every kernel of a build as a pass over `length` logits, the plain read first. */
export function passesOf(build: "fma" | "simd", length: number): Pass[] {
  const memory = new WebAssembly.Memory({ initial: 2 + Math.ceil(length * 8 / 65536) });
  const exports = instantiate(build, memory);
  const mapped = LOGITS + 4 * length;
  fillNormal(new Float32Array(memory.buffer, LOGITS, length));
  exports.clear(SLOT);
  const slices = (name: string, run: (at: number, count: number, skip: number) => void): Pass => ({
    name,
    run: () => {
      for (let done = 0; done < length; done += SLICE) {
        run(LOGITS + 4 * done, Math.min(SLICE, length - done), 4 * done);
      }
    },
  });
  const tiles = (count: number) => Math.ceil(count / TILE);
  return [
    slices("plain read", (at, count) => void exports.read(at, count)),
    slices("log-sum-exp: sweep and deposit", (at, count) => {
      exports.sweepSums(at, count, TABLE);
      exports.deposit(1, TABLE, tiles(count), SLOT);
    }),
    slices("maximum, NaN seen", (at, count) => void exports.sweepMaxima(at, count, TABLE)),
    slices("with moments", (at, count) => {
      exports.sweepMoments(at, count, TABLE, false);
      exports.deposit(2, TABLE, tiles(count), SLOT);
    }),
    slices("with squares", (at, count) => {
      exports.sweepMoments(at, count, TABLE, true);
      exports.deposit(3, TABLE, tiles(count), SLOT);
    }),
    slices("the paper's pair sum", (at, count) => void exports.pairSum(at, count, OUT)),
    slices("probabilities", (at, count, skip) => {
      exports.scaleTiles(at, count, mapped + skip, 0.7, 40, 0);
    }),
    slices("the paper's pair scale", (at, count, skip) => exports.pairScale(at, count, mapped + skip, 0.7, 40)),
    slices("log-probabilities", (at, count, skip) => exports.subtract(at, count, mapped + skip, 17.25, 8.5)),
    slices("collect, none found", (at, count) => {
      for (let i = 0; i < count; i += TILE) exports.collect(at + 4 * i, Math.min(TILE, count - i), 100, INDICES);
    }),
    slices("count greater", (at, count) => void exports.countFrom(at, count, 3)),
    slices("count masked", (at, count) => void exports.countMasked(at, count)),
    slices("checksum", (at, count) => {
      for (let i = 0; i < count; i += TILE) exports.sumBlock(at + 4 * i, 0, 2 * Math.min(TILE, count - i));
    }),
    slices("widen f16", (at, count, skip) => exports.widenF16(at, count, mapped + skip)),
    slices("widen bf16", (at, count, skip) => exports.widenBf16(at, count, mapped + skip)),
    slices("copy, then divide", (at, count, skip) => {
      exports.subtract(at, count, mapped + skip, 0, 0);
      exports.divide(mapped + skip, count, 0.7);
    }),
    slices("copy, then softcap", (at, count, skip) => {
      exports.subtract(at, count, mapped + skip, 0, 0);
      exports.softcap(mapped + skip, count, 30);
    }),
    mathExp(new Float32Array(memory.buffer, LOGITS, length)),
  ];
}

/** The loop one would write in JavaScript: maximum, then `Math.exp`. */
function mathExp(row: Float32Array): Pass {
  return {
    name: "Math.exp loop",
    run: () => {
      let maximum = -Infinity;
      for (let i = 0; i < row.length; i++) maximum = Math.max(maximum, row[i]);
      let sum = 0;
      for (let i = 0; i < row.length; i++) sum += Math.exp(row[i] - maximum);
      if (!(sum >= 1)) throw new Error("The loop was optimised away");
    },
  };
}
