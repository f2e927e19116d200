import { ParameterError, shown } from "../core/mod.ts";
import { numbersOf } from "./_numbers_of.ts";

/**
 * Advantages of samples of one prompt over the mean of the others, `A_i = r_i - (sum - r_i) / (n - 1)`: leave-one-out (RLOO, Ahmadian et
 * al. 2024). Their sum is 0, up to rounding.
 *
 * @example Two of four are right
 * ```ts
 * import { leaveOneOut } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * leaveOneOut([1, 0, 1, 0]).forEach((a, i) => assertAlmostEquals(a, i % 2 === 0 ? 2 / 3 : -2 / 3, 1e-15));
 * ```
 *
 * @param rewards One finite reward a sample, at least two.
 * @returns The advantages, in the same order.
 * @throws {ParameterError} If there are fewer than two rewards, or one is not finite.
 */
export function leaveOneOut(rewards: ArrayLike<number>): number[] {
  const list = numbersOf(rewards) ?? [];
  if (list.length < 2 || !list.every(Number.isFinite)) {
    const found = list.length < 2 ? shown(rewards) : `rewards with ${shown(list.find((x) => !Number.isFinite(x)))}`;
    throw new ParameterError(`Cannot use leaveOneOut of ${found}: wanted at least two finite rewards`);
  }
  const sum = list.reduce((a, b) => a + b, 0);
  return list.map((reward) => reward - (sum - reward) / (list.length - 1));
}
