import { ln } from "../../kernels/mod.ts";
import { ParameterError, type RowFacts } from "../core/mod.ts";

/** A unit of information. */
export type InformationUnit = "nats" | "bits";

/** Nats in one of the unit; refuses an unknown one. */
export function natsIn(unit: InformationUnit): number {
  if (unit === "nats") return 1;
  if (unit === "bits") return Math.LN2;
  throw new ParameterError(`Cannot measure in "${unit}": wanted "nats" or "bits"`);
}

/** The entropy in nats, `ln sum - E[ln weight]`; NaN where there is no distribution. */
export function entropyOf({ mantissa, mean, nan, posInf, allMasked }: RowFacts): number {
  // The sum is mantissa * 2^exponent, and the mean is taken from that exponent on: nothing large cancels.
  // One token with all the mass can come out a rounding below 0.
  return nan > 0 || posInf > 0 || allMasked ? NaN : Math.max(0, ln(mantissa) - mean * Math.LN2);
}
