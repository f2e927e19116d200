// A loss is known by its name: from its spec, through JSON, comes one that computes the same bits and has the same spec.
import { assertEquals, assertThrows } from "@std/assert";
import { CATALOGUE, definitionOf, fromSpec } from "../../src/catalogue/mod.ts";
import { ParameterError, type Spec } from "../../src/core/mod.ts";
import {
  type PreferenceLoss,
  preferenceLoss,
  type RewardLoss,
  rewardLoss,
  type UnpairedLoss,
  unpairedLoss,
} from "../../src/preference/mod.ts";
import { Random } from "../support/random.ts";
import { everyOption, randomPair } from "./_pairs.ts";

function again<T extends { readonly spec: Spec }>({ spec }: T): T {
  const made = fromSpec<T>(JSON.parse(JSON.stringify(spec)));
  assertEquals(made.spec, spec);
  return made;
}

Deno.test("the room's losses are in the catalogue", () => {
  const names = CATALOGUE.filter(({ kind }) => kind === "preference").map(({ name }) => name);
  assertEquals(names, ["preferenceLoss", "unpairedLoss", "rewardLoss"]);
  assertEquals(Object.keys(definitionOf("rewardLoss")!.options), ["kind", "centre"]);
});

Deno.test("losses of pairs, all options, there and back", () => {
  const random = new Random(1530);
  for (const options of everyOption()) {
    const loss: PreferenceLoss = preferenceLoss(options);
    const made = again(loss), pair = randomPair(random);
    assertEquals(made.value(pair), loss.value(pair));
    assertEquals(made.slope(pair), loss.slope(pair));
  }
});

Deno.test("losses of single completions and of rewards, there and back", () => {
  const one = { logprob: -3, reference: -2, desirable: false };
  for (const options of [{ kind: "kto", undesirableWeight: 2 }, { kind: "bco", shift: "balanced" }] as const) {
    const loss: UnpairedLoss = unpairedLoss(options);
    assertEquals(again(loss).value(one, 0.5), loss.value(one, 0.5));
  }
  const rewards = { chosen: 1, rejected: 2, strength: 3 };
  for (const options of [{ centre: 0.5 }, { kind: "scaled", centre: { weight: 1, of: "each" } }] as const) {
    const loss: RewardLoss = rewardLoss(options);
    assertEquals(again(loss).value(rewards), loss.value(rewards));
  }
});

Deno.test("a state is plain data", () => {
  const loss = unpairedLoss({ kind: "bco" });
  const state = loss.init();
  loss.step(state, { logprob: -3, reference: -2, desirable: false });
  const saved = JSON.parse(JSON.stringify(state));
  assertEquals(loss.finish(saved), loss.finish(state));
  assertEquals(loss.finish(loss.init()), 0);
});

Deno.test("a function of the caller's stays in its process, and the spec says so", () => {
  for (
    const { spec } of [
      preferenceLoss({ smoothing: () => 0.1 }),
      preferenceLoss({ target: () => 0.1 }),
      unpairedLoss({ kind: "bco", undesirableWeight: () => 0.1 }),
    ]
  ) {
    assertEquals(spec.portable, false);
    assertEquals(assertThrows(() => fromSpec(spec), ParameterError).code, "E_NOT_PORTABLE");
  }
});
