// Slopes are the derivatives of the values: central differences over random pairs, for every combination of options.
import { assert } from "@std/assert";
import { preferenceLoss, rewardLoss, type RewardLossOptions, unpairedLoss } from "../../src/preference/mod.ts";
import { Random } from "../support/random.ts";
import { everyOption, randomPair } from "./_pairs.ts";

/** By five points: its own error is of the fourth order. */
function derivative(f: (x: number) => number, x: number): { readonly slope: number; readonly size: number } {
  const h = 1e-3 * Math.max(1, Math.abs(x) / 10);
  const at = (k: number) => f(x + k * h);
  const values = [at(-2), at(-1), at(1), at(2)];
  const slope = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * h);
  return { slope, size: Math.max(...values.map(Math.abs)) };
}

function assertSlope(found: number, f: (x: number) => number, x: number, what: string): void {
  const { slope, size } = derivative(f, x);
  // What float64 leaves of the values, divided by the step, beside the promise.
  const near = 1e-6 * Math.abs(slope) + 1e-11 * size + 1e-10;
  assert(Math.abs(found - slope) <= near, `${what}: slope ${found}, differences ${slope}`);
}

Deno.test("pairs: slopes are central differences, for all options", () => {
  const random = new Random(1501);
  let combinations = 0;
  for (const options of everyOption()) {
    combinations++;
    const loss = preferenceLoss(options);
    for (let i = 0; i < 6; i++) {
      const pair = randomPair(random);
      const value = (side: "chosen" | "rejected") => (logprob: number) =>
        loss.value({ ...pair, [side]: { ...pair[side], logprob } });
      // The hinge has an edge, where no difference can be taken.
      if (options.loss === "hinge" && isNearEdge(loss.value(pair))) continue;
      for (const side of ["chosen", "rejected"] as const) {
        if (options.loss === "orpo" && pair[side].logprob > -0.1) continue;
        const what = `${side} of ${JSON.stringify({ options, pair })}`;
        assertSlope(loss.slope(pair)[side], value(side), pair[side].logprob, what);
      }
    }
  }
  assert(combinations > 500, `${combinations}`);

  function isNearEdge(value: number): boolean {
    return value < 0.3;
  }
});

Deno.test("single completions: slopes are central differences", () => {
  const random = new Random(1502);
  for (const kind of ["bco", "kto"] as const) {
    for (const beta of [0.1, 2]) {
      const loss = unpairedLoss({ kind, beta, desirableWeight: 1.5, undesirableWeight: () => 0.7 });
      for (let i = 0; i < 200; i++) {
        const { chosen: { logprob, reference } } = randomPair(random);
        const one = { logprob, reference, desirable: i % 2 === 0 };
        const shift = random.normal();
        assertSlope(
          loss.slope(one, shift),
          (logprob) => loss.value({ ...one, logprob }, shift),
          logprob,
          JSON.stringify({ kind, beta, one, shift }),
        );
      }
    }
  }
});

const REWARDS: readonly RewardLossOptions[] = (["bradleyTerry", "margin", "scaled", "regression"] as const).flatMap((
  kind,
) => [{ kind }, { kind, centre: 0.3 }, { kind, centre: { weight: 0.3, of: "each" } }]);

Deno.test("rewards: slopes are central differences", () => {
  const random = new Random(1503);
  for (const options of REWARDS) {
    const loss = rewardLoss(options);
    for (let i = 0; i < 100; i++) {
      const [w, l, t, u] = Array.from({ length: 4 }, () => 3 * random.normal());
      const pair = { chosen: w, rejected: l, strength: Math.abs(t), ratings: { chosen: t, rejected: u } };
      for (const side of ["chosen", "rejected"] as const) {
        assertSlope(
          loss.slope(pair)[side],
          (x) => loss.value({ ...pair, [side]: x }),
          pair[side],
          JSON.stringify({ options, pair }),
        );
      }
    }
  }
});
