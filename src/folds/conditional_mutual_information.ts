import { ln } from "../../kernels/mod.ts";
import { define, type Fold, ParameterError, wholeFault } from "../core/mod.ts";
import {
  addExact,
  canonicalExact,
  exactFault,
  type ExactTotal,
  exactTotal,
  exactValue,
  mergeExact,
} from "../row/inside.ts";
import { numberAt } from "./_fields.ts";
import { rowAt } from "./_row_at.ts";

/** Options of {@linkcode conditionalMutualInformation}. */
export interface ConditionalMutualInformationOptions {
  /** How many classes there are. */
  readonly classes: number;
  /** How many probabilities a row has. */
  readonly width: number;
  /** The path of the row's probabilities; `"probabilities"` when absent. */
  readonly probabilities?: string;
  /** The path of its class, from 0; `"label"` when absent. */
  readonly label?: string;
}

/** What {@linkcode conditionalMutualInformation} finds. */
export interface ConditionalMutualInformationResult {
  /** How many rows had a class and valid probabilities. */
  readonly rows: number;
  /** How many had NaN: they are not in `rows`. */
  readonly invalid: number;
  /** `I(X; Y^ | Y)`, in nats: the mean divergence of a row from the centroid of its class; NaN of no rows. */
  readonly information: number;
  /** The entropy of each class's centroid; NaN of a class without rows. */
  readonly centroidEntropy: readonly number[];
}

/** Binary digits of each half of a probability. */
const HALF = 2 ** 30;

/** So many halves a class add up below 2^53. */
const MOST_ROWS = 2 ** 22;

/** What of a sum of probabilities may be missing to 1: those of float32 rows, and of the largest vocabularies. */
const NEAR = 1e-3;

const WHAT = "conditionalMutualInformation";

/**
 * The conditional mutual information of inputs and predictions given the class, the mean over rows of `KL(p || centroid of the class)`: how
 * far the predictions of one class are from each other (Yang et al. 2024). As `sum_c (n_c / n) (H(centroid) - mean of H(p))` it needs one
 * pass. Of two rows in one class it is their Jensen-Shannon divergence.
 *
 * Needs: whole rows of probabilities, as `softmax` gives, and their classes; a row without a class counts for nothing. Gives:
 * {@linkcode ConditionalMutualInformationResult}. Specials: a row with NaN is counted; one that does not sum to 1 is refused. Accuracy:
 * probabilities are added in units of 2^-60. Mergeable. State: 16 bytes a class and probability; at most 4,194,304 rows a class.
 *
 * @example Two rows of one class, and a third one alone
 * ```ts
 * import { conditionalMutualInformation, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = [
 *   { probabilities: [1, 0], label: 0 },
 *   { probabilities: [0, 1], label: 0 },
 *   { probabilities: [0.5, 0.5], label: 1 },
 * ];
 * const { of } = await fold(rows, { of: conditionalMutualInformation({ classes: 2, width: 2 }) });
 * assertAlmostEquals(of.information, Math.LN2 * 2 / 3, 1e-15);
 * ```
 *
 * @param options Classes, width, and where rows have what.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a row has not that many probabilities, or no such class.
 */
export function conditionalMutualInformation(
  options: ConditionalMutualInformationOptions,
): Fold<unknown, ConditionalMutualInformationResult> {
  return conditionalMutualInformationDefinition.call(options);
}

interface State {
  invalid: number;
  readonly counts: Float64Array;
  /** Sums of the upper and the lower halves of probabilities, class by class. */
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  readonly entropies: ExactTotal[];
}

/** Its row of the catalogue. */
export const conditionalMutualInformationDefinition = /* @__PURE__ */ define({
  name: WHAT,
  kind: "fold",
  help: "how far the predictions of one class are from each other",
  options: {
    classes: { type: "whole", least: 1, most: 65536, help: "how many classes there are" },
    width: { type: "whole", least: 1, most: 1048576, help: "how many probabilities a row has" },
    probabilities: { type: "text", default: "probabilities", help: "the path of the row's probabilities" },
    label: { type: "text", default: "label", help: "the path of its class" },
  },
  make({ classes, width, probabilities, label }, spec): Fold<unknown, ConditionalMutualInformationResult, State> {
    const find = rowAt(WHAT, probabilities, width), labelOf = numberAt(WHAT, label);
    return {
      spec,
      init: () => ({
        invalid: 0,
        counts: new Float64Array(classes),
        upper: new Float64Array(classes * width),
        lower: new Float64Array(classes * width),
        entropies: Array.from({ length: classes }, exactTotal),
      }),
      step(state, item) {
        const kind = labelOf(item);
        if (kind === undefined) return;
        refuse(wholeFault(`its "${label}"`, kind, 0, classes - 1));
        const row = find(item), sum = sumOf(row);
        if (Number.isNaN(sum)) {
          state.invalid++;
          return;
        }
        requireRoom(state.counts[kind] + 1);
        state.counts[kind]++;
        addRow(state, kind * width, row);
        addExact(state.entropies[kind], entropyOf(row, 1));
      },
      merge(into, from) {
        for (let kind = 0; kind < classes; kind++) requireRoom(into.counts[kind] + from.counts[kind]);
        into.invalid += from.invalid;
        from.counts.forEach((count, i) => into.counts[i] += count);
        from.upper.forEach((sum, i) => into.upper[i] += sum);
        from.lower.forEach((sum, i) => into.lower[i] += sum);
        from.entropies.forEach((sum, i) => mergeExact(into.entropies[i], sum));
      },
      canonical: (state) => ({ ...state, entropies: state.entropies.map(canonicalExact) }),
      validate: ({ invalid, counts, upper, lower, entropies }) =>
        wholeFault("invalid", invalid, 0, Number.MAX_SAFE_INTEGER) ??
          wholeFault("the length of counts", counts.length, classes, classes) ??
          wholeFault("the length of upper", upper.length, classes * width, classes * width) ??
          wholeFault("the length of lower", lower.length, classes * width, classes * width) ??
          wholeFault("the length of entropies", entropies.length, classes, classes) ??
          Array.from(counts, (count) => wholeFault("a count", count, 0, MOST_ROWS)).find(Boolean) ??
          entropies.map((sum) => exactFault("an entropy", sum)).find(Boolean) ??
          halvesFault(counts, width, upper) ?? halvesFault(counts, width, lower),
      finish({ invalid, counts, upper, lower, entropies }) {
        const rows = counts.reduce((a, b) => a + b, 0);
        let information = 0;
        const centroidEntropy = Array.from(counts, (count, kind) => {
          const sums = Float64Array.from({ length: width }, (_, i) => {
            const at = kind * width + i;
            return (upper[at] + lower[at] / HALF) / HALF;
          });
          const entropy = count === 0 ? NaN : entropyOf(sums, count);
          if (count > 0) information += count / rows * Math.max(0, entropy - exactValue(entropies[kind]) / count);
          return entropy;
        });
        return { rows, invalid, information: rows === 0 ? NaN : information, centroidEntropy };
      },
    };
  },
});

function refuse(fault: string | undefined): void {
  if (fault) throw new ParameterError(`Cannot use ${WHAT} on a row: ${fault}`);
}

function requireRoom(rows: number): void {
  refuse(rows <= MOST_ROWS ? undefined : `its class has more than ${MOST_ROWS} of them`);
}

/** The sum of probabilities, NaN where one is; refuses what are none. */
function sumOf(row: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    refuse(row[i] < 0 || row[i] > 1 ? `it holds ${row[i]}, wanted probabilities` : undefined);
    sum += row[i];
  }
  refuse(Math.abs(sum - 1) > NEAR ? `its probabilities sum to ${sum}, wanted 1` : undefined);
  return sum;
}

function addRow({ upper, lower }: State, at: number, row: ArrayLike<number>): void {
  for (let i = 0; i < row.length; i++) {
    const scaled = row[i] * HALF, whole = Math.floor(scaled);
    upper[at + i] += whole;
    lower[at + i] += Math.floor((scaled - whole) * HALF);
  }
}

/** `-sum q ln q` with q the numbers by their count. */
function entropyOf(row: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const q = row[i] / count;
    if (q > 0) sum -= q * ln(q);
  }
  return sum;
}

function halvesFault(counts: Float64Array, width: number, halves: Float64Array): string | undefined {
  const fits = halves.every((half, i) =>
    Number.isSafeInteger(half) && half >= 0 && half <= counts[Math.floor(i / width)] * HALF
  );
  return fits ? undefined : "sums are of no probabilities";
}
