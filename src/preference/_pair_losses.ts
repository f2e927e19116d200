import { exp, ln } from "../../kernels/mod.ts";
import { ParameterError } from "../core/mod.ts";
import { logOneMinusExp, product, sigmoid, softplus } from "./_stable.ts";

/** What a loss of a pair is computed from. */
export interface At {
  /** The score of the preferred completion, less the other's. */
  readonly difference: number;
  /** The score of the preferred completion. */
  readonly chosen: number;
  /** The score of the other one. */
  readonly rejected: number;
  /** How strongly the policy is held to the reference. */
  readonly beta: number;
  /** By how much `beta difference` must be ahead. */
  readonly gamma: number;
  /** The probability that the preference is the wrong way round. */
  readonly smoothing: number;
  /** The width of discopop's blend. */
  readonly tau: number;
}

/** A loss, and its derivatives by what it is computed from; 0 where absent. */
export interface Parts {
  /** The loss. */
  readonly value: number;
  /** By the difference of the scores. */
  readonly difference?: number;
  /** By the score of the preferred completion. */
  readonly chosen?: number;
  /** By the score of the other one. */
  readonly rejected?: number;
}

/** A loss of the margin `z = beta difference - gamma`: its value, and its derivative by z. */
function ofMargin(loss: (z: number, at: At) => readonly [value: number, slope: number]): (at: At) => Parts {
  return (at) => {
    const [value, slope] = loss(at.beta * at.difference - at.gamma, at);
    return { value, difference: at.beta * slope };
  };
}

/** `-(1 - e) ln s(z) - e ln s(-z)`. Two terms of one sign: the short form `sp(-z) + e z` would cancel. */
function sigmoidLoss(z: number, { smoothing: e }: At): [number, number] {
  return [product(1 - e, softplus(-z)) + product(e, softplus(z)), e * sigmoid(z) - (1 - e) * sigmoid(-z)];
}

/** `[-(1 - e) ln s(z) + e ln s(-z)] / (1 - 2 e)`, with `sp(z) = z + sp(-z)` put in: nothing cancels near e = 1/2. */
function robustLoss(z: number, { smoothing: e }: At): [number, number] {
  const tilt = e / (1 - 2 * e);
  return [softplus(-z) - product(tilt, z), -sigmoid(-z) - tilt];
}

/** `max(0, 1 - z)`; flat from z = 1 on. */
function hingeLoss(z: number): [number, number] {
  return z < 1 ? [1 - z, -1] : [0, 0];
}

/** `KL((s, 1 - s) || (1 - e, e))` with s = s(z). */
function exoLoss(z: number, { smoothing: e }: At): [number, number] {
  const win = sigmoid(z), lose = sigmoid(-z);
  const logWin = ln(1 - e), logLose = ln(e);
  const value = product(win, -softplus(-z) - logWin) + product(lose, -softplus(z) - logLose);
  // Near s = 1 - e the terms cancel to a rounding error of either sign.
  return [Math.max(value, 0), product(win * lose, z - (logWin - logLose))];
}

/** `m e^-z + (1 - m) sp(-z)` with m = s(z / tau). */
function discopopLoss(z: number, { tau }: At): [number, number] {
  const m = sigmoid(z / tau), rest = sigmoid(-z / tau);
  const logistic = softplus(-z);
  // m e^-z as one exponential: apart, one is 0 and the other Infinity.
  const exponential = exp(z > 0 ? -z - softplus(-z / tau) : product(1 / tau - 1, z) - softplus(z / tau));
  return [
    product(rest, logistic) + exponential,
    -sigmoid(-z) * rest - product(m * rest / tau, logistic) + product(exponential, rest / tau - 1),
  ];
}

/** `(difference - 1 / (2 beta))^2`. */
function ipoLoss({ difference, beta }: At): Parts {
  const gap = difference - 0.5 / beta;
  return { value: gap * gap, difference: 2 * gap };
}

/** `sp(-beta w) + (sp(beta w) + sp(beta l)) / 2`. */
function ncaLoss({ chosen, rejected, beta }: At): Parts {
  const w = beta * chosen, l = beta * rejected;
  return {
    value: softplus(-w) + (softplus(w) + softplus(l)) / 2,
    chosen: beta * (sigmoid(w) / 2 - sigmoid(-w)),
    rejected: beta * sigmoid(l) / 2,
  };
}

/** `sp(-beta w) + sp(beta l)`. */
function bcoPairLoss({ chosen, rejected, beta }: At): Parts {
  const w = beta * chosen, l = beta * rejected;
  return { value: softplus(-w) + softplus(l), chosen: -beta * sigmoid(-w), rejected: beta * sigmoid(l) };
}

/** `(w - 1 / (2 beta))^2 + (l + 1 / (2 beta))^2`. */
function sppoLoss({ chosen, rejected, beta }: At): Parts {
  const w = chosen - 0.5 / beta, l = rejected + 0.5 / beta;
  return { value: w * w + l * l, chosen: 2 * w, rejected: 2 * l };
}

/** `1 - s(beta w) + s(beta l)`. */
function apoZeroLoss({ chosen, rejected, beta }: At): Parts {
  const w = beta * chosen, l = beta * rejected;
  return { value: sigmoid(-w) + sigmoid(l), chosen: -beta * bump(w), rejected: beta * bump(l) };
}

/** `s(beta w) + 1 - s(beta (w - l))`. */
function apoDownLoss({ chosen, difference, beta }: At): Parts {
  const w = beta * chosen, z = beta * difference;
  return { value: sigmoid(w) + sigmoid(-z), chosen: beta * bump(w), difference: -beta * bump(z) };
}

/** The derivative of the sigmoid. */
function bump(z: number): number {
  return sigmoid(z) * sigmoid(-z);
}

/** `beta sp(-(log odds w - log odds l))`, odds = p / (1 - p) of the mean log-probabilities. */
function orpoLoss({ chosen: w, rejected: l, beta }: At): Parts {
  if (!(w <= 0 && l <= 0) || (w === 0 && l === 0)) {
    throw new ParameterError(
      `Cannot use preferenceLoss on a pair whose mean log-probabilities are ${w} and ${l}: ` +
        'wanted none above 0, and not both 0, with the loss "orpo"',
    );
  }
  const restW = logOneMinusExp(w), restL = logOneMinusExp(l);
  const oddsL = l - restL, margin = w - restW - oddsL;
  // s(-margin) / (1 - p) of each; where the chosen one is all but certain, 1 - p is in both and is left out.
  const chosen = margin > 0 ? -w + oddsL - softplus(-margin) : -softplus(margin) - restW;
  return {
    value: beta * softplus(-margin),
    chosen: -beta * exp(chosen),
    rejected: beta * exp(-softplus(margin) - restL),
  };
}

/** A loss, and the options it takes beside those that all take. */
export interface PairLoss {
  /** The names of those options. */
  readonly takes: readonly string[];
  /** The loss at a pair. */
  of(at: At): Parts;
}

const MARGIN = ["normalize", "referenceFree", "link", "gamma"];
const SCORES = ["normalize", "link"];

/** The name of a loss of a pair. */
export type PairLossName =
  | "sigmoid"
  | "hinge"
  | "ipo"
  | "robust"
  | "exo"
  | "nca"
  | "bcoPair"
  | "sppo"
  | "apoZero"
  | "apoDown"
  | "discopop"
  | "orpo";

/** Every loss of a pair, by name. */
export const PAIR_LOSSES: Readonly<Record<PairLossName, PairLoss>> = {
  sigmoid: { takes: [...MARGIN, "smoothing", "target"], of: ofMargin(sigmoidLoss) },
  hinge: { takes: MARGIN, of: ofMargin(hingeLoss) },
  ipo: { takes: ["normalize", "referenceFree", "link"], of: ipoLoss },
  robust: { takes: [...MARGIN, "smoothing"], of: ofMargin(robustLoss) },
  exo: { takes: [...MARGIN, "smoothing"], of: ofMargin(exoLoss) },
  nca: { takes: SCORES, of: ncaLoss },
  bcoPair: { takes: SCORES, of: bcoPairLoss },
  sppo: { takes: SCORES, of: sppoLoss },
  apoZero: { takes: ["normalize"], of: apoZeroLoss },
  apoDown: { takes: ["normalize"], of: apoDownLoss },
  discopop: { takes: [...MARGIN, "tau"], of: ofMargin(discopopLoss) },
  orpo: { takes: ["referenceFree"], of: orpoLoss },
};
