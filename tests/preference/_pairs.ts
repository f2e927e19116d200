import type { PreferenceLossOptions, Scores } from "../../src/preference/mod.ts";
import type { Random } from "../support/random.ts";

const sum = (tokens: readonly number[]) => tokens.reduce((total, x) => total + x, 0);

/** The pair of the design pages: log-probabilities of the tokens of both completions, under policy and reference. */
export const PAIR = {
  chosen: { logprob: sum([-0.5, -1.25, -0.125]), reference: sum([-0.75, -1, -0.5]), tokens: 3 },
  rejected: { logprob: sum([-2, -0.375, -1.75, -0.25]), reference: sum([-1.75, -0.625, -1.25, -0.5]), tokens: 4 },
} as const satisfies Scores;

/** A pair of random completions: log-ratios of some nats, tokens from 1 to 20. */
export function randomPair(
  random: Random,
): Required<Scores> & { readonly [side in keyof Scores]: Required<Scores[side]> } {
  const side = () => {
    const tokens = 1 + random.whole(20);
    const logprob = -tokens * (0.05 + 2 * random.uniform());
    return { logprob, reference: logprob + 3 * random.normal(), tokens };
  };
  return { chosen: side(), rejected: side() };
}

const LINKS = ["reverseKl", "forwardKl", "js", { alpha: 0.5 }, { alpha: -0.7 }, { alpha: 1e-3 }] as const;
const SMOOTHING = { sigmoid: [undefined, 0.25], robust: [0, 0.1, 0.4], exo: [1e-3, 0.1, 0.5] } as const;
const OF_MARGIN = ["sigmoid", "hinge", "robust", "exo", "discopop"];
const OF_DIFFERENCE = [...OF_MARGIN, "ipo"];
const OTHERS = ["nca", "bcoPair", "sppo", "apoZero", "apoDown", "orpo"];

/** Every loss with every combination of what it takes. */
export function* everyOption(): Generator<PreferenceLossOptions> {
  for (const loss of [...OF_DIFFERENCE, ...OTHERS] as NonNullable<PreferenceLossOptions["loss"]>[]) {
    const smoothings = loss in SMOOTHING ? SMOOTHING[loss as keyof typeof SMOOTHING] : [undefined];
    const links = loss === "orpo" || loss.startsWith("apo") ? [undefined] : LINKS;
    for (const smoothing of smoothings) {
      for (const link of links) {
        for (const normalize of loss === "orpo" ? [undefined] : [undefined, false, true]) {
          for (const referenceFree of OF_DIFFERENCE.includes(loss) ? [undefined, true] : [undefined]) {
            for (const gamma of OF_MARGIN.includes(loss) ? [undefined, 0.5] : [undefined]) {
              for (const beta of [undefined, 0.5]) {
                const of = { loss, smoothing, link, normalize, referenceFree, gamma, beta };
                yield Object.fromEntries(
                  Object.entries(of).filter(([, value]) => value !== undefined),
                ) as PreferenceLossOptions;
              }
            }
          }
        }
      }
    }
  }
  for (const target of [0, 0.3, 1]) yield { target };
  for (const kind of ["sum", "mean"] as const) yield { sft: { weight: 0.3, of: kind } };
  yield { loss: "discopop", tau: 2 };
  yield { loss: "orpo", sft: { weight: 1, of: "mean" } };
}
