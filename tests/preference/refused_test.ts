// Options that are wrong, or that a loss does not take, are refused when the loss is made; arguments that are none when it is asked.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { errorCode, ParameterError } from "../../src/core/mod.ts";
import {
  preferenceLoss,
  type PreferenceLossOptions,
  rewardLoss,
  type RewardLossOptions,
  unpairedLoss,
  type UnpairedLossOptions,
} from "../../src/preference/mod.ts";
import { PAIR } from "./_pairs.ts";

// deno-lint-ignore no-explicit-any
const any = (value?: unknown): any => value;

const PAIRS: readonly (readonly [options: unknown, message: string])[] = [
  [
    { loss: "dpo" },
    'with loss = dpo: wanted "sigmoid" or "hinge" or "ipo" or "robust" or "exo" or "nca" or "bcoPair" or "sppo" or "apoZero" or ' +
    '"apoDown" or "discopop" or "orpo"',
  ],
  [
    { link: "reverse_kl" },
    'with link = reverse_kl: wanted "reverseKl" or "forwardKl" or "js" or { alpha }, a finite number other than 0 (which is "reverseKl")',
  ],
  [{ link: { alpha: 0 } }, "with link = { alpha: 0 }: wanted "],
  [{ link: { alpha: "1" } }, 'with link = { alpha: "1" }: wanted '],
  [{ link: { alpha: 1, beta: 2 } }, "with link = { alpha: 1 }: wanted "],
  [{ link: null }, "with link = null: wanted "],
  [{ beta: 0 }, "with beta = 0: wanted a finite number above 0"],
  [{ beta: -1 }, "with beta = -1: wanted a finite number above 0"],
  [{ beta: NaN }, "with beta = NaN: wanted a finite number above 0"],
  [{ gamma: Infinity }, "with gamma = Infinity: wanted a finite number"],
  [{ smoothing: 0.6 }, "with smoothing = 0.6: wanted a number from 0 to 0.5"],
  [{ smoothing: -0.1 }, "with smoothing = -0.1: wanted a number from 0 to 0.5"],
  [{ target: 1.5 }, "with target = 1.5: wanted a number from 0 to 1"],
  [{ target: 0.5, smoothing: 0.5 }, "with smoothing and target: wanted one of them: target is 1 - smoothing"],
  [
    { loss: "robust" },
    'without smoothing and with the loss "robust": wanted the probability that a preference is the wrong way round',
  ],
  [{ loss: "exo" }, 'without smoothing and with the loss "exo": wanted the probability'],
  [{ loss: "robust", smoothing: 0.5 }, 'with smoothing = 0.5 and the loss "robust": wanted a number below 0.5'],
  [{ loss: "exo", smoothing: 0 }, 'with smoothing = 0 and the loss "exo": wanted a number above 0'],
  [
    { loss: "hinge", smoothing: 0.1 },
    'with smoothing = 0.1 and the loss "hinge": wanted it left out; it is for sigmoid, robust, exo',
  ],
  [{ loss: "robust", target: 0.9 }, 'with target = 0.9 and the loss "robust": wanted it left out; it is for sigmoid'],
  [
    { loss: "apoZero", link: "js" },
    'with link = js and the loss "apoZero": wanted it left out; it is for sigmoid, hinge, ipo, robust, exo, nca, bcoPair, sppo, discopop',
  ],
  [{ loss: "nca", referenceFree: true }, 'with referenceFree = true and the loss "nca": wanted it left out'],
  [{ loss: "ipo", gamma: 1 }, 'with gamma = 1 and the loss "ipo": wanted it left out'],
  [{ loss: "orpo", normalize: false }, 'with normalize = false and the loss "orpo": wanted it left out'],
  [{ tau: 0.1 }, 'with tau = 0.1 and the loss "sigmoid": wanted it left out; it is for discopop'],
  [{ loss: "discopop", tau: 0 }, "with tau = 0: wanted a finite number above 0"],
  [{ normalize: 1 }, "with normalize = 1: wanted true or false"],
  [{ sft: -1 }, "with sft = -1: wanted a finite number of at least 0"],
  [{ sft: { weight: 1, of: "token" } }, '\'s sft with of = token: wanted "sum" or "mean"'],
  [{ sft: { weight: 1 } }, '\'s sft with of = undefined: wanted "sum" or "mean"'],
  [{ sft: { weight: 1, of: "sum", alpha: 2 } }, "'s sft with alpha = 2: wanted one of its options: weight, of"],
  [{ label_smoothing: 0.1 }, "with label_smoothing = 0.1: wanted one of its options: loss, link, beta, "],
  [5, "with options = 5: wanted an object of options"],
];

for (const [options, message] of PAIRS) {
  Deno.test(`preferenceLoss ${message.slice(0, 60)}`, () => {
    const error = assertThrows(() => preferenceLoss(options as PreferenceLossOptions), ParameterError);
    assert(
      error.message.startsWith(`Cannot use preferenceLoss${message.startsWith("'") ? "" : " "}${message}`),
      error.message,
    );
    assertEquals(errorCode(error), "E_PARAM");
  });
}

const OTHERS: readonly (readonly [make: () => unknown, message: string])[] = [
  [() => unpairedLoss(any()), "Cannot use unpairedLoss with options = undefined: wanted an object with kind"],
  [() => unpairedLoss(any({})), 'Cannot use unpairedLoss with kind = undefined: wanted "bco" or "kto"'],
  [
    () => unpairedLoss({ kind: "kto", shift: "pooled" }),
    'Cannot use unpairedLoss with shift = pooled and the kind "kto": wanted it left out; it is for bco',
  ],
  [
    () => unpairedLoss(any({ kind: "bco", shift: "mean" })),
    'Cannot use unpairedLoss with shift = mean: wanted "pooled" or "balanced"',
  ],
  [
    () => unpairedLoss({ kind: "bco", desirableWeight: -1 }),
    "Cannot use unpairedLoss with desirableWeight = -1: wanted a finite number of at least 0",
  ],
  [
    () => rewardLoss(any({ kind: "plain" })),
    'Cannot use rewardLoss with kind = plain: wanted "bradleyTerry" or "margin" or "scaled" or "regression"',
  ],
  [() => rewardLoss({ centre: -1 }), "Cannot use rewardLoss with centre = -1: wanted a finite number of at least 0"],
  [
    () => rewardLoss(any({ centre: { weight: 1, of: "all" } })),
    'Cannot use rewardLoss\'s centre with of = all: wanted "sum" or "each"',
  ],
  [
    () => rewardLoss({ kind: "scaled" }).value({ chosen: 1, rejected: 0, strength: -1 }),
    'Cannot use rewardLoss on a pair whose strength is -1: wanted at least 0 for the kind "scaled"',
  ],
  [() => rewardLoss().value(any(5)), "Cannot use rewardLoss on 5: wanted a pair of rewards, { chosen, rejected }"],
  [
    () => preferenceLoss().value(any({ chosen: 1 })),
    "Cannot use preferenceLoss on 1: wanted a pair, { chosen: { logprob, reference, tokens }, rejected: { ... } }",
  ],
  [
    () => unpairedLoss({ kind: "bco" }).value(any({ logprob: 0, reference: 0, desirable: 1 }), 0),
    "Cannot use unpairedLoss on a completion whose desirable is 1: wanted true or false",
  ],
  [
    () => unpairedLoss({ kind: "bco" }).finish(any({ desirable: { count: 1, mean: 0 } })),
    "Cannot use unpairedLoss with the state an object: wanted one that init gave",
  ],
  [
    () => preferenceLoss({ smoothing: () => 0.7 }).value(PAIR),
    "Cannot use preferenceLoss with the smoothing of a pair = 0.7: wanted a number from 0 to 0.5",
  ],
  [
    () =>
      unpairedLoss({ kind: "kto", desirableWeight: () => -1 }).value({ logprob: 0, reference: 0, desirable: true }, 0),
    "Cannot use unpairedLoss with the desirableWeight of a completion = -1: wanted a finite number of at least 0",
  ],
  [
    () => preferenceLoss({ target: () => NaN }).slope(PAIR),
    "Cannot use preferenceLoss with the target of a pair = NaN: wanted a number from 0 to 1",
  ],
  [
    () => preferenceLoss({ loss: "robust", smoothing: () => 0.5 }).value(PAIR),
    'Cannot use preferenceLoss with smoothing = 0.5 and the loss "robust": wanted a number below 0.5',
  ],
];

for (const [make, message] of OTHERS) {
  Deno.test(message.slice(0, 70), () => assertEquals(assertThrows(make, ParameterError).message, message));
}

/** Whatever JavaScript may hand over. */
const VALUES: readonly unknown[] = [
  ...[undefined, null, true, 0, 5, NaN, "", "sigmoid", 5n, Symbol("x"), () => 5, {}, [], [1], new Map(), Math],
  { chosen: null },
  { chosen: {}, rejected: 5 },
];

/** Fails unless a call goes well, or is refused by a typed error that says what it found. */
function check(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    assert(errorCode(error) && !(error as Error).message.includes("[object"), `${error}`);
  }
}

Deno.test("any arguments are right, or refused by a typed error", () => {
  const losses = [preferenceLoss(), preferenceLoss({ loss: "orpo" }), rewardLoss({ kind: "regression" })];
  const bco = unpairedLoss({ kind: "bco" });
  for (const value of VALUES) {
    for (const make of [preferenceLoss, unpairedLoss, rewardLoss] as ((options: unknown) => unknown)[]) {
      check(() => make(value));
      for (
        const name of ["loss", "link", "beta", "smoothing", "target", "normalize", "sft", "kind", "shift", "centre"]
      ) {
        check(() => make({ [name]: value }));
        check(() => make({ kind: "bco", [name]: value }));
      }
    }
    for (const loss of losses) {
      check(() => loss.value(any(value)));
      check(() => loss.slope(any(value)));
      check(() => loss.value(any({ chosen: value, rejected: value, ratings: value })));
    }
    check(() => bco.step(any(value), any(value)));
    check(() => bco.finish(any(value)));
    check(() => bco.value(any(value), 0));
    check(() => bco.slope({ logprob: 0, reference: 0, desirable: true }, any(value)));
  }
});

Deno.test("a wrong option is no type either", () => {
  // @ts-expect-error: there is no such loss.
  const wrong: PreferenceLossOptions = { loss: "dpo" };
  // @ts-expect-error: the kind must be given.
  const none: UnpairedLossOptions = {};
  // @ts-expect-error: centre is a number, or says of what.
  const half: RewardLossOptions = { centre: { weight: 1 } };
  assertEquals([wrong, none, half].length, 3);
});
