import { define, type Fold, ParameterError } from "../core/mod.ts";
import { addProduct, exactUnits, exactValue } from "../row/inside.ts";
import { toNumber } from "../row/mod.ts";
import { numberAt } from "./_fields.ts";
import { sumsState } from "./_sums.ts";

/** Options of {@linkcode rewardDistance}. */
export interface RewardDistanceOptions {
  /** The discount, from 0 to 1. */
  readonly gamma: number;
  /** The path of the first reward's numbers in a transition, `{ reward, value, next }`; `"first"` when absent. */
  readonly first?: string;
  /** That of the second one's; `"second"` when absent. */
  readonly second?: string;
}

/** What {@linkcode rewardDistance} finds. */
export interface RewardDistanceResult {
  /** How many transitions there were. */
  readonly transitions: number;
  /** The distance, from 0 to 1; NaN of no transitions. */
  readonly distance: number;
}

/**
 * The distance of two reward functions over transitions, after STARC (Skalse et al. 2024): each is made canonical by the values of one fixed
 * policy, `c = reward + gamma value(next) - value`, divided by its norm, and the distance is half of that between the two. Potential
 * shaping and positive scales do not change it.
 *
 * Needs: of each transition reward, value and next value under both. Gives: {@linkcode RewardDistanceResult}. Specials: a reward whose
 * canonical form is 0 everywhere is at 1/2 from any other, and at 0 from another such one. Accuracy: sums of products are exact, so rewards
 * that are the same up to rounding are at 1e-16, not at its root. Mergeable. State: about 2 KB.
 *
 * @example Twice the reward, with a potential
 * ```ts
 * import { fold, rewardDistance } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = [[1, 0.5, 0.25], [0, 0.25, 0]].map(([reward, value, next]) => ({
 *   first: { reward, value, next },
 *   second: { reward: 2 * reward, value: 2 * value, next: 2 * next },
 * }));
 * const { of } = await fold(rows, { of: rewardDistance({ gamma: 0.5 }) });
 * assertAlmostEquals(of.distance, 0, 1e-15);
 * ```
 *
 * @param options The discount, and where the two rewards are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a number is missing.
 */
export function rewardDistance(options: RewardDistanceOptions): Fold<unknown, RewardDistanceResult> {
  return rewardDistanceDefinition.call(options);
}

/** Its row of the catalogue. */
export const rewardDistanceDefinition = /* @__PURE__ */ define({
  name: "rewardDistance",
  kind: "fold",
  help: "the distance of two reward functions over transitions",
  options: {
    gamma: { type: "number", least: 0, most: 1, help: "the discount" },
    first: { type: "text", default: "first", help: "the path of the first reward's numbers" },
    second: { type: "text", default: "second", help: "the path of the second one's" },
  },
  make({ gamma, first, second }, spec): Fold<unknown, RewardDistanceResult> {
    const one = canonicalAt(first, gamma), other = canonicalAt(second, gamma);
    return {
      spec,
      ...sumsState(3),
      step(state, item) {
        const a = one(item), b = other(item);
        state.count++;
        addProduct(state.sums[0], a, a);
        addProduct(state.sums[1], b, b);
        addProduct(state.sums[2], a, b);
      },
      finish({ count, sums: [a, b, both] }) {
        if (count === 0 || [a, b, both].some((sum) => !Number.isFinite(exactValue(sum)))) {
          return { transitions: count, distance: NaN };
        }
        const [aa, bb, ab] = [a, b, both].map(exactUnits);
        return { transitions: count, distance: distanceOf(aa, bb, ab) };
      },
    };
  },
});

/** Half the distance of two vectors of norm 1, `sqrt((1 - r) / 2)`. */
function distanceOf(aa: bigint, bb: bigint, ab: bigint): number {
  if (aa <= 0n || bb <= 0n) return aa <= 0n && bb <= 0n ? 0 : 0.5;
  // 1 - r^2 exactly, as a ratio of whole numbers: 1 - r near 1 would have no digits left.
  const whole = aa * bb, digits = whole.toString(16).length * 4;
  const norm = toNumber(whole, digits), rest = Math.max(0, toNumber(whole - ab * ab, digits)) / norm;
  const r = Math.min(1, Math.sqrt(toNumber(ab * ab, digits) / norm));
  return Math.sqrt((ab < 0n ? 1 + r : rest / (1 + r)) / 2);
}

/** The canonical reward of a transition: value-adjusted levelling. */
function canonicalAt(path: string, gamma: number): (item: unknown) => number {
  const parts = ["reward", "value", "next"].map((name) => numberAt("rewardDistance", `${path}.${name}`));
  return (item) => {
    const [reward, value, next] = parts.map((find) => find(item));
    if (reward !== undefined && value !== undefined && next !== undefined) return reward + gamma * next - value;
    throw new ParameterError(
      `Cannot use rewardDistance on a transition without "${path}": wanted { reward, value, next } there`,
    );
  };
}
