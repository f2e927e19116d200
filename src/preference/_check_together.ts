import { ParameterError, shown } from "../core/mod.ts";
import type { PreferenceLink } from "./_link.ts";
import { PAIR_LOSSES, type PairLossName } from "./_pair_losses.ts";

/** Options of a loss of pairs, each of them checked. */
export interface Together {
  /** The loss. */
  readonly loss: PairLossName;
  /** What makes a score of a log-ratio. */
  readonly link: PreferenceLink;
  /** Without a reference. */
  readonly referenceFree: boolean;
  /** A number, or a function. */
  readonly smoothing: unknown;
  /** A number, or a function. */
  readonly target: unknown;
  /** By token. */
  readonly normalize: boolean | undefined;
  /** What a margin is less by. */
  readonly gamma: number | undefined;
  /** Of discopop. */
  readonly tau: number | undefined;
}

const NAMES = Object.keys(PAIR_LOSSES) as readonly PairLossName[];

/** What one option says of another. */
export function checkTogether(options: Together): void {
  const { loss, link, referenceFree, smoothing, target } = options;
  const given = {
    ...options,
    link: link === "reverseKl" ? undefined : link,
    referenceFree: referenceFree || undefined,
  };
  const { takes } = PAIR_LOSSES[loss];
  for (const name of ["link", "smoothing", "target", "normalize", "gamma", "referenceFree", "tau"] as const) {
    if (given[name] === undefined || takes.includes(name)) continue;
    const those = NAMES.filter((other) => PAIR_LOSSES[other].takes.includes(name));
    refuse(`with ${name} = ${shown(given[name])} and the loss "${loss}"`, `it left out; it is for ${those.join(", ")}`);
  }
  if (smoothing === undefined && (loss === "robust" || loss === "exo")) {
    refuse(`without smoothing and with the loss "${loss}"`, "the probability that a preference is the wrong way round");
  }
  if (smoothing !== undefined && target !== undefined) {
    refuse("with smoothing and target", "one of them: target is 1 - smoothing");
  }
  if (typeof smoothing === "number") checkEdge(loss, smoothing);
}

/** At these the losses have no number. */
export function checkEdge(loss: PairLossName, smoothing: number): void {
  const edge = loss === "robust" ? 0.5 : loss === "exo" ? 0 : NaN;
  if (smoothing === edge) {
    refuse(`with smoothing = ${edge} and the loss "${loss}"`, `a number ${edge === 0 ? "above" : "below"} ${edge}`);
  }
}

/** Refuses to make a loss, or to use one. */
export function refuse(found: string, wanted: string): never {
  throw new ParameterError(`Cannot use preferenceLoss ${found}: wanted ${wanted}`);
}
