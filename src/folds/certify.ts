import { define, type Fold, type OptionValues, ParameterError, wholeFault } from "../core/mod.ts";
import { clopperPearson } from "./_clopper_pearson.ts";
import { valueAt } from "./_fields.ts";
import { bernstein, radii } from "./_radii.ts";
import type { MapCertificate } from "./map_certificate.ts";
import { checkedRow } from "./_row_at.ts";
import {
  addTo,
  canonicalSpread,
  meanOf,
  mergeSpread,
  type Spread,
  spread,
  spreadFault,
  varianceOf,
} from "./_spread.ts";

/** Options of {@linkcode certify}. */
export interface CertifyOptions {
  /** How many maps from logits to the simplex are tried at once. */
  readonly maps: number;
  /** How many classes there are. */
  readonly classes: number;
  /** The standard deviation of the noise, above 0. */
  readonly sigma: number;
  /** The probability that what is certified is wrong, all maps, classes and bounds together; between 0 and 1. */
  readonly alpha: number;
  /** A Lipschitz constant of the classifier's maps before smoothing, in the 2-norm, if one is known. */
  readonly lipschitz?: number;
  /** Tries the arg-max counts of the first map as well: randomised smoothing as Cohen et al. have it. */
  readonly counts?: boolean;
  /** The path of a draw's values: a list of `maps` rows of `classes` numbers from 0 to 1; `"values"` when absent. */
  readonly values?: string;
}

/** What {@linkcode certify} finds. */
export interface CertifyResult {
  /** How many draws there were. */
  readonly draws: number;
  /** The class of the largest radius; `undefined` where nothing is certified. */
  readonly class: number | undefined;
  /** The largest radius of all maps and kinds; 0 where nothing is certified. */
  readonly radius: number;
  /** Of each map, in their order; empty for fewer than two draws. */
  readonly maps: readonly MapCertificate[];
  /** Of the counts, with `counts`. */
  readonly counts: MapCertificate | undefined;
}

/**
 * The radius in the 2-norm within which a classifier that is smoothed by Gaussian noise keeps its class, for several maps from logits to
 * the simplex at once, after "The Lipschitz-Variance-Margin Tradeoff" (Delattre et al. 2024).
 *
 * Bounds of means are empirical Bernstein's, `sqrt(2 v ln(2 / d) / n) + 7 ln(2 / d) / (3 (n - 1))` with v the sample variance; those of
 * counts Clopper and Pearson's. Each holds with `d = alpha / (classes (maps + counts))`, so that all hold together, and the best map may
 * be chosen afterwards; the authors' code leaves the maps out. With a constant `lipschitz` of the maps the smoothed one is
 * `lipschitz erf(1 / (2 sqrt(2) lipschitz sigma))`.
 * Needs: for each noise draw the values of every map; a draw without them is refused. Gives: {@linkcode CertifyResult}. Specials: NaN or a
 * value outside of 0 to 1 is refused. Accuracy: exact sums; radii to 1e-9. Mergeable. State: 1.1 KB a map and class.
 *
 * @example A thousand draws of a sure classifier
 * ```ts
 * import { certify, fold } from "@sluice/sluice/folds";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const draws = Array.from({ length: 1000 }, (_, i) => ({ values: [i % 10 === 0 ? [0.4, 0.6] : [0.95, 0.05]] }));
 * const { it } = await fold(draws, { it: certify({ maps: 1, classes: 2, sigma: 0.5, alpha: 0.001 }) });
 * assertEquals(it.class, 0);
 * assert(it.radius > 0.4 && it.radius < 0.7);
 * ```
 *
 * @param options Maps, classes, noise, confidence.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a draw has other values.
 */
export function certify(options: CertifyOptions): Fold<unknown, CertifyResult> {
  return certifyDefinition.call(options);
}

const OPTIONS = {
  maps: { type: "whole", least: 1, most: 1024, help: "how many maps are tried at once" },
  classes: { type: "whole", least: 2, most: 65536, help: "how many classes there are" },
  sigma: { type: "number", above: 0, help: "the standard deviation of the noise" },
  alpha: { type: "number", above: 0, below: 1, help: "the probability that what is certified is wrong" },
  lipschitz: { type: "number", above: 0, optional: true, help: "a Lipschitz constant of the classifier's maps" },
  counts: { type: "flag", default: false, help: "the arg-max counts of the first map are tried as well" },
  values: { type: "text", default: "values", help: "the path of a draw's values" },
} as const;

type Options = OptionValues<typeof OPTIONS>;

interface State {
  draws: number;
  /** Of each map and class. */
  readonly values: Spread[];
  /** How often each class was the first map's largest. */
  readonly won: Float64Array;
}

/** Its row of the catalogue. */
export const certifyDefinition = /* @__PURE__ */ define({
  name: "certify",
  kind: "fold",
  help: "the radius within which a smoothed classifier keeps its class",
  options: OPTIONS,
  make(options, spec): Fold<unknown, CertifyResult, State> {
    const { maps, classes } = options, find = drawAt(options);
    return {
      spec,
      init: () => ({
        draws: 0,
        values: Array.from({ length: maps * classes }, spread),
        won: new Float64Array(classes),
      }),
      step(state, item) {
        const rows = find(item);
        state.draws++;
        rows.forEach((row, map) => {
          for (let kind = 0; kind < classes; kind++) addTo(state.values[map * classes + kind], row[kind]);
        });
        state.won[largest(Array.from(rows[0]))]++;
      },
      merge(into, from) {
        into.draws += from.draws;
        from.values.forEach((values, i) => mergeSpread(into.values[i], values));
        from.won.forEach((count, i) => into.won[i] += count);
      },
      canonical: ({ draws, values, won }) => ({ draws, values: values.map(canonicalSpread), won }),
      validate: ({ draws, values, won }) =>
        wholeFault("draws", draws, 0, Number.MAX_SAFE_INTEGER) ??
          wholeFault("the length of values", values.length, maps * classes, maps * classes) ??
          wholeFault("the length of won", won.length, classes, classes) ??
          Array.from(won, (count) => wholeFault("a count", count, 0, draws)).find(Boolean) ??
          values.map((own) => spreadFault(own) ?? wholeFault("count", own.count, draws, draws)).find(Boolean),
      finish: (state) => certificate(state, options),
    };
  },
});

/** The rows of a draw, one a map. */
function drawAt({ maps, classes, values }: Options): (item: unknown) => readonly ArrayLike<number>[] {
  const find = valueAt(values);
  return (item) => {
    const rows = find(item);
    if (!Array.isArray(rows) || rows.length !== maps) {
      throw new ParameterError(`Cannot use certify on a draw without "${values}": wanted a list of ${maps} rows`);
    }
    return rows.map((row, map) => {
      const list = checkedRow("certify", `${values}.${map}`, classes, row);
      for (let i = 0; i < classes; i++) {
        if (!(list[i] >= 0 && list[i] <= 1)) {
          throw new ParameterError(
            `Cannot use certify on a draw with the value ${list[i]}: wanted numbers from 0 to 1`,
          );
        }
      }
      return list;
    });
  };
}

function certificate({ draws, values, won }: Readonly<State>, options: Options): CertifyResult {
  const { maps, classes, alpha, counts } = options;
  if (draws < 2) return { draws, class: undefined, radius: 0, maps: [], counts: undefined };
  const delta = alpha / (classes * (maps + Number(counts)));
  const found = Array.from({ length: maps }, (_, map) => {
    const own = values.slice(map * classes, (map + 1) * classes), means = own.map(meanOf);
    const width = (kind: number) => bernstein(varianceOf(own[kind]), draws, delta);
    const best = largest(means), rest = means.map((mean, kind) => kind === best ? 0 : mean + width(kind));
    return radii(best, means[best] - width(best), Math.max(...rest), options);
  });
  const counted = counts ? countsCertificate(won, draws, delta, options) : undefined;
  let radius = 0, kind: number | undefined;
  for (const one of counted ? [...found, counted] : found) {
    const own = Math.max(one.radius, one.marginRadius, one.lipschitzRadius ?? 0);
    if (own > radius) [radius, kind] = [own, one.class];
  }
  return { draws, class: kind, radius, maps: found, counts: counted };
}

/** Of arg-max counts only the first radius holds: they are no values of a Lipschitz map. */
function countsCertificate(won: Float64Array, draws: number, delta: number, options: Options): MapCertificate {
  const best = largest([...won]), lower = clopperPearson(draws, won[best], delta);
  return { ...radii(best, lower, 1 - lower, options), lipschitzRadius: undefined };
}

/** The place of the largest, the first among equals. */
function largest(list: readonly number[]): number {
  return list.reduce((best, x, i) => x > list[best] ? i : best, 0);
}
