import type { RowFacts } from "../core/mod.ts";
import { entropyOf } from "../row/mod.ts";

/** A unit of information. */
export type InformationUnit = "nats" | "bits";

/** The option of what has a unit. */
export const UNIT = {
  type: "choice",
  words: ["nats", "bits"],
  default: "nats",
  help: "the unit of the entropy",
} as const;

/** The entropy of a row in nats; NaN where there is no distribution. */
export function rowEntropy(row: RowFacts): number {
  return row.nan > 0 || row.posInf > 0 || row.allMasked ? NaN : entropyOf(row);
}
