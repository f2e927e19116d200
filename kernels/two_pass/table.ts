/** The kernels of the Two-Pass paper: rows as those of `kernels/table.ts`. */
import { at, f64, number, type Row } from "../row.ts";
import type { TwoPass } from "./two_pass.ts";

export const PAIRS: Readonly<Record<keyof TwoPass, Row>> = {
  pairSum: {
    parameters: { logits: at("logits"), count: number("count"), out: at("pair") },
    gives: "bool",
    error: 2e-5,
  },
  pairScale: {
    parameters: {
      // Above the range, and far above the sum, the paper's pass is not accurate.
      logits: at("logits", 60),
      count: number("count"),
      mapped: at("mapped"),
      mantissa: f64(1.5, 1000, 0),
      exponent: f64(40, 100, 5e6),
    },
    gives: "bool",
    error: 2.5e-5,
    least: 1e-36,
  },
};
