/** Every stage with random options, for the tests that make chains of them. */
import {
  adaptiveP,
  dynamicTemperature,
  keepEpsilon,
  keepEta,
  keepMinP,
  keepPLess,
  keepTopH,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  mirostat,
  penalties,
  type Stage,
  suppress,
  withTemperature,
  xtc,
} from "../../src/sampling/mod.ts";
import type { Random } from "../support/random.ts";

/** Each stage with random options. */
export const STAGES: Record<string, (random: Random) => Stage> = {
  keepTopK: (r) =>
    keepTopK(1 + Math.floor(r.uniform() ** 3 * 600), { ties: tiesOf(r), minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepTopP: (r) => keepTopP(0.02 + 0.98 * r.uniform(), { ties: tiesOf(r), minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepMinP: (r) =>
    keepMinP(r.uniform() ** 3 + 1e-4 > 1 ? 1 : r.uniform() ** 3 + 1e-6, { minKeep: 1 + Math.floor(r.uniform() * 4) }),
  keepTypical: (r) => keepTypical(0.05 + 0.95 * r.uniform(), { minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepEpsilon: (r) =>
    keepEpsilon(10 ** (-1 - 5 * r.uniform()), { ties: tiesOf(r), minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepEta: (r) => keepEta(10 ** (-1 - 4 * r.uniform()), { ties: tiesOf(r), minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepTopH: (r) => keepTopH(0.05 + 0.95 * r.uniform()),
  keepTopNSigma: (r) => keepTopNSigma(0.2 + 3 * r.uniform()),
  keepPLess: () => keepPLess(),
  xtc: (r) =>
    xtc({ probability: 1, threshold: 10 ** (-0.2 - 3 * r.uniform()), minKeep: 1 + Math.floor(r.uniform() * 3) }),
  mirostat1: (r) => mirostat({ version: 1, tau: 0.5 + 6 * r.uniform(), m: 2 + Math.floor(r.uniform() * 150) }),
  mirostat: (r) => mirostat({ tau: 0.5 + 6 * r.uniform() }),
  withTemperature: (r) => withTemperature(r.uniform() < 0.1 ? 0 : 0.1 + 2 * r.uniform()),
  dynamicTemperature: (r) =>
    dynamicTemperature({ temperature: 0.3 + r.uniform(), range: r.uniform() / 2, exponent: 0.5 + r.uniform() }),
  adaptiveP: (r) => adaptiveP({ target: 0.05 + 0.9 * r.uniform() }),
  penalties: (r) => penalties({ repetition: 0.5 + r.uniform(), frequency: r.uniform(), presence: r.uniform() }),
  suppress: (r) => suppress(Array.from({ length: 5 }, () => Math.floor(r.uniform() * 5))),
};

function tiesOf(random: Random): "lowestId" | "highestId" | "all" {
  return (["lowestId", "highestId", "all"] as const)[Math.floor(random.uniform() * 3)];
}

/** Stages that give every kept token another logit: where rows are long, to be put last. */
export const REWRITING: readonly string[] = ["dynamicTemperature", "adaptiveP"];

/** A random chain: up to four stages and one more. */
export function chainOf(random: Random, length: number): Stage[] {
  const names = Object.keys(STAGES);
  const free = length > 256 ? names.filter((name) => !REWRITING.includes(name)) : names;
  const size = Math.floor(random.uniform() * 5);
  const picked = Array.from({ length: size }, () => free[Math.floor(random.uniform() * free.length)]);
  return [...picked, names[Math.floor(random.uniform() * names.length)]].map((name) => STAGES[name](random));
}
