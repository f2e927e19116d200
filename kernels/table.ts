/**
 * The kernels, a row each. From a row follow the entry of the binaries and the lists of `gen/` (`deno task kernels` writes them),
 * the agreement with the reference (`tests/kernels/table_test.ts`) and a bench (`bench/kernels`). The folder of a kernel has its name.
 *
 * @module
 */
import type { KernelName } from "./functions.ts";
import { at, f32, f64, flag, i32, level, number, type Row } from "./row.ts";

/** Thresholds on, between and beyond float32 numbers. */
const THRESHOLDS = [1, -0, 0.1, 1e-50, -1e-50, 3e38, 1e300, -1e300, Infinity, -Infinity, NaN];

const LEVELS = ["sum", "maximum", "moments", "squares"] as const;

/** Temperatures, and what makes quotients overflow or vanish. */
const DIVISORS = [0.7, 1, 3, 1e-38, 1e-45, 3e38];

/** By the order of the interface. */
export const KERNELS: Readonly<Record<KernelName, Row>> = {
  sweep: {
    parameters: { level: level(...LEVELS), logits: at("logits"), count: number("count"), table: at("table") },
    gives: "i32",
    error: 1.5e-6,
    float64: true,
  },
  sweepDivided: {
    parameters: {
      level: level("sum", "maximum"),
      logits: at("logits"),
      count: number("count"),
      by: f32(...DIVISORS),
      table: at("table"),
    },
    gives: "i32",
    error: 1.5e-6,
  },
  store: {
    parameters: { logits: at("logits"), count: number("count"), table: at("table"), weights: at("weights") },
    gives: "i32",
    error: 1.5e-6,
    least: 1e-37,
    float64: true,
  },
  storeDivided: {
    parameters: {
      logits: at("logits"),
      count: number("count"),
      by: f32(...DIVISORS),
      table: at("table"),
      weights: at("weights"),
    },
    gives: "i32",
    error: 1.5e-6,
    least: 1e-37,
  },
  clear: { parameters: { slot: at("slot") }, gives: "void" },
  deposit: {
    parameters: { level: level(...LEVELS), table: at("rows"), tiles: number("tiles"), slot: at("slot") },
    gives: "void",
  },
  absorb: { parameters: { into: at("slot"), from: at("slot") }, gives: "void" },
  total: { parameters: { slot: at("slot"), out: at("out") }, gives: "void", builds: [] },
  totalOfTile: { parameters: { table: at("rows"), out: at("out") }, gives: "void", builds: [] },
  sweepRows: {
    parameters: {
      logits: at("logits"),
      count: number("count"),
      vocabulary: i32(1000, 3, 8, 300, 1024),
      out: at("totals"),
    },
    gives: "i32",
    error: 1.5e-6,
    least: 1,
  },
  probabilities: {
    parameters: {
      logits: at("logits"),
      count: number("count"),
      mapped: at("mapped"),
      mantissa: f64(1.5, 1, 0),
      exponent: f64(40, 3, -20, 2e6, 5e6),
    },
    gives: "i32",
    error: 3e-6,
    least: 1e-37,
    float64: true,
  },
  share: {
    parameters: {
      // No weight is greater: a reference lies at most 60 binades below its tile's maximum.
      weights: at("logits", 2 ** 61),
      count: number("count"),
      table: at("swept"),
      mapped: at("mapped"),
      mantissa: f64(1.5, 1, 0),
      exponent: f64(40, 3, 150, 5e6),
    },
    gives: "i32",
    error: 3e-6,
    least: 1e-37,
    float64: true,
  },
  logProbabilities: {
    parameters: {
      logits: at("logits"),
      count: number("count"),
      mapped: at("mapped"),
      maximum: f64(17.25, 3.4e38, -1e4, Infinity, -Infinity),
      logSum: f64(8.5, Math.PI, 0),
    },
    gives: "void",
    float64: true,
  },
  collect: {
    parameters: {
      logits: at("logits"),
      count: number("tile"),
      threshold: f64(10, ...THRESHOLDS),
      inclusive: flag(),
      indices: at("indices"),
    },
    gives: "i32",
    float64: true,
  },
  bound: {
    parameters: { logits: at("logits"), count: number("tile"), k: f64(20, 1, 2, 8, 9, 64, 65, 0, NaN) },
    gives: "f32",
  },
  best: {
    parameters: { logits: at("logits"), count: number("tile"), k: f64(5, 1, 2, 15, 16), indices: at("indices") },
    gives: "i32",
  },
  find: {
    parameters: { logits: at("logits"), count: number("tile"), value: f64(99, ...THRESHOLDS) },
    gives: "i32",
    float64: true,
  },
  countGreater: {
    parameters: { logits: at("logits"), count: number("count"), value: f64(3, ...THRESHOLDS) },
    gives: "i32",
    float64: true,
  },
  countMasked: { parameters: { logits: at("logits"), count: number("count") }, gives: "i32", float64: true },
  tally: {
    parameters: {
      // 52 units above the first least number ends the ring.
      logits: at("logits", 50),
      count: number("tile"),
      least: f64(-3000, -8000, 2 ** 30, -(2 ** 30), NaN),
      cells: at("cells"),
    },
    gives: "bool",
  },
  within: {
    parameters: {
      logits: at("logits"),
      count: number("count"),
      low: f64(-2, 0, 0.1, -Infinity, NaN),
      high: f64(3, 0, 1e300, Infinity),
      mapped: at("mapped"),
    },
    gives: "void",
  },
  weigh: {
    parameters: {
      logits: at("logits"),
      count: number("tile"),
      low: f64(-2, -Infinity, 0.1),
      high: f64(3, 15),
      top: f64(15),
      by: f64(0.7, 1, 30),
      out: at("out"),
    },
    gives: "void",
    error: 1e-12,
  },
  deviations: {
    parameters: { logits: at("logits"), count: number("tile"), out: at("out") },
    gives: "void",
    float64: true,
  },
  widenF16: { parameters: { words: at("words"), count: number("count"), to: at("mapped") }, gives: "void" },
  widenBf16: { parameters: { words: at("words"), count: number("count"), to: at("mapped") }, gives: "void" },
  divide: {
    parameters: {
      logits: at("replaced"),
      count: number("count"),
      by: f32(0.7, 1, 3, -0.3, 1e-40, 1e300, 5e-324, Infinity),
    },
    gives: "void",
  },
  softcap: {
    parameters: { logits: at("replaced"), count: number("count"), cap: f64(30, 1, 0.01, 1e6) },
    gives: "void",
    error: 2 ** -23,
  },
  checksum: {
    parameters: {
      at: at("words"),
      bytes: number("bytes"),
      offset: f64(0, 6, 4094, 2 ** 32 - 10, 2 ** 44 + 4080),
      key: at("key"),
      sums: at("sums"),
    },
    gives: "void",
  },
  read: { parameters: { logits: at("logits"), count: number("count") }, gives: "f64", error: 1e-5 },
};

/** The folder of a kernel: its name in snake case. */
export function folderOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
