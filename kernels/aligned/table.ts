/** The kernels of aligned streams: rows as those of `kernels/table.ts`. */
import { at, f64, flag, i32, number, type Row } from "../row.ts";
import { folderOf } from "../table.ts";
import type { AlignedKernels } from "./aligned_kernels.ts";

export const ALIGNED: Readonly<Record<keyof AlignedKernels, Row>> = {
  cross: {
    parameters: {
      logits: at("logits"),
      weights: at("logits", 2 ** 61),
      other: at("logits"),
      otherWeights: at("logits", 2 ** 61),
      count: number("count"),
      table: at("swept"),
      otherTable: at("swept"),
      gap: flag(),
      squares: flag(),
    },
    gives: "i32",
  },
  combineCentred: {
    parameters: {
      logits: at("logits"),
      other: at("logits"),
      count: number("count"),
      table: at("swept"),
      otherTable: at("swept"),
      by: f64(2, 0.5),
      otherBy: f64(-1, 0.5),
      mapped: at("mapped"),
    },
    gives: "void",
  },
  overlap: {
    parameters: {
      logits: at("logits"),
      weights: at("logits", 2 ** 61),
      other: at("logits"),
      otherWeights: at("logits", 2 ** 61),
      count: number("count"),
      table: at("swept"),
      otherTable: at("swept"),
      mantissa: f64(1.5),
      exponent: f64(40),
      otherMantissa: f64(1),
      otherExponent: f64(42),
      gap: f64(-1.25, 0),
      kind: i32(1, 0, 2),
      share: f64(0.5, 0.1),
    },
    gives: "i32",
  },
};

/** The folder of such a kernel. */
export function alignedFolder(name: string): string {
  return `aligned/${folderOf(name)}`;
}
