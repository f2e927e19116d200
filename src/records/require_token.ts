import { InvalidLogitError } from "../core/mod.ts";
import type { Sample } from "../sampling/mod.ts";

const WHY = {
  nan: "a logit is NaN, as read or behind the chain's edits",
  infinity: "a logit is +Infinity, as read or behind the chain's edits",
  masked: "the row and its chain leave no token",
  undecided: "it takes another read",
} as const;

/**
 * Refuses a sample without a token: what `onInvalid: "throw"` means for a sampler, whose chain may empty a row that the engine finds in
 * order.
 *
 * @example A chain that masks everything
 * ```ts
 * import { InvalidLogitError, mask, sampler } from "@sluice/sluice";
 * import { requireToken } from "@sluice/sluice/records";
 * import { assertThrows } from "@std/assert";
 *
 * const sample = sampler({ chain: [mask({ allow: [] })] }).draw(Float32Array.of(1, 2));
 * assertThrows(() => requireToken(5, sample), InvalidLogitError, "row 5");
 * ```
 *
 * @param row The source's row number.
 * @param sample What the sampler gave.
 * @throws {InvalidLogitError} If it has no token.
 */
export function requireToken(row: number, { id, why }: Sample): void {
  if (id === undefined) {
    throw new InvalidLogitError(`Cannot sample row ${row}: ${WHY[why ?? "masked"]}`, row, undefined);
  }
}
