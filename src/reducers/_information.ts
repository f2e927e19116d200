import { ParameterError, type RowFacts } from "../core/mod.ts";
import { entropyOf } from "../row/mod.ts";

/** A unit of information. */
export type InformationUnit = "nats" | "bits";

/** Nats in one of the unit; refuses an unknown one. */
export function natsIn(unit: InformationUnit): number {
  if (unit === "nats") return 1;
  if (unit === "bits") return Math.LN2;
  throw new ParameterError(`Cannot measure in "${unit}": wanted "nats" or "bits"`);
}

/** The entropy of a row in nats; NaN where there is no distribution. */
export function rowEntropy(row: RowFacts): number {
  return row.nan > 0 || row.posInf > 0 || row.allMasked ? NaN : entropyOf(row);
}
