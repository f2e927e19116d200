import { exp, ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import { BEST } from "./_chain.ts";
import type { Ladder } from "./ladder.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode mirostat}. */
export interface MirostatOptions {
  /** 2 (the default) or 1. */
  readonly version?: 1 | 2;
  /** The surprise to hold, in bits: a finite number; 5 when absent. */
  readonly tau?: number;
  /** How fast it is corrected: a finite number; 0.1 when absent. */
  readonly eta?: number;
  /** Version 1: of how many of the best tokens the exponent is estimated; 100 when absent. */
  readonly m?: number;
}

const LN2 = 0.6931471805599453;
/** Beyond this mu keeps all, or one, whatever the row. */
const FARTHEST = 1e300;

/**
 * Mirostat: holds the surprise of the text near `tau` bits. It remembers mu, at first `2 tau`; a token of probability P moves it:
 * `mu -= eta (-log2 P - tau)`, P renormalized over what is kept.
 *
 * Version 2 keeps the tokens with `-log2 P <= mu`, at least one. Version 1 estimates the exponent s of a power law from the m best
 * (`s = sum t b / sum t^2`, `t = ln((i+2)/(i+1))`, `b = ln(P_i / P_i+1)`) and keeps
 * `k = ((e 2^mu) / (1 - n^-e))^(1/s)` tokens, `e = s - 1`, n the vocabulary. Put it last; `accept` the token that `draw` gave.
 * Source: Basu et al. 2021, "Mirostat", and llama.cpp. Cost: version 2 as `keepMinP`, version 1 as `keepTopK`.
 *
 * @example Half a bit of surprise leaves one token
 * ```ts
 * import { mirostat, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const next = sampler({ chain: [mirostat({ tau: 0.5 })] });
 * const row = Float32Array.from([0.7, 0.2, 0.1], Math.log);
 * assertEquals([...next.distribution(row).ids], [0]);
 * ```
 *
 * @param options Version, tau, eta, m.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function mirostat(options: MirostatOptions = {}): Stage {
  return mirostatDefinition.call(options);
}

/** Its row of the catalogue. */
export const mirostatDefinition = /* @__PURE__ */ define({
  name: "mirostat",
  kind: "stage",
  help: "a surprise that is steered to tau",
  options: {
    version: { type: "whole", least: 1, most: 2, wanted: "1 or 2", default: 2, help: "2 or 1" },
    tau: { type: "number", default: 5, help: "the surprise to hold, in bits" },
    eta: { type: "number", default: 0.1, help: "how fast it is corrected" },
    m: { type: "whole", least: 2, most: BEST, default: 100, help: "version 1: of how many tokens it estimates" },
  },
  make: ({ version, tau, eta, m }, spec): Stage => ({
    spec,
    initial: [bounded(2 * tau)],
    cut(ladder, { own: [mu], vocabulary, observe }) {
      if (version === 2) ladder.keepProbable(-mu * LN2, 1);
      else ladder.keepCount(powerLawCut(ladder, mu, vocabulary, m), "lowestId");
      observe(ladder.snapshot());
    },
    accept([mu], _id, probability) {
      if (probability === undefined || !(probability > 0)) return [mu];
      return [bounded(mu - eta * (-ln(probability) / LN2 - tau))];
    },
  }),
});

/** Keeps mu finite, whatever tau and eta are. */
function bounded(mu: number): number {
  return Math.max(-FARTHEST, Math.min(FARTHEST, mu));
}

/** Version 1: how many tokens to keep. */
function powerLawCut(ladder: Ladder, mu: number, vocabulary: number, most: number): number {
  const best = ladder.best(most);
  let above = 0, below = 0;
  for (let i = 0; i + 1 < best.length; i++) {
    const t = ln((i + 2) / (i + 1)), b = best[i] - best[i + 1];
    above += t * b;
    below += t * t;
  }
  if (below === 0) return 1;
  const s = above / below, e = s - 1;
  const k = exp(ln(e * exp(mu * LN2) / (1 - exp(-e * ln(vocabulary)))) / s);
  return Number.isNaN(k) ? 1 : Math.max(1, Math.min(vocabulary, Math.trunc(k)));
}
