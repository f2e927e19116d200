import { define, type Fold, type OptionValues, ParameterError, wholeFault } from "../core/mod.ts";
import {
  addExact,
  canonicalExact,
  exactFault,
  type ExactTotal,
  exactTotal,
  exactUnits,
  exactValue,
  mergeExact,
} from "../row/inside.ts";
import { toExact, toNumber, UNIT } from "../row/mod.ts";
import { flagAt, probabilityAt } from "./_fields.ts";
import { LIMIT, type Scored, scoredState, ties } from "./_scored.ts";

/** Options of {@linkcode ece}. */
export interface EceOptions {
  /** How many bins; 15 when absent, as torchmetrics. */
  readonly bins?: number;
  /** Bins of equal width (when absent), or of equal mass: as many items in each. */
  readonly of?: "width" | "mass";
  /** The path of the confidence, a probability; `"confidence"` when absent. */
  readonly confidence?: string;
  /** The path of whether the item is right; `"correct"` when absent. */
  readonly correct?: string;
  /** For bins of equal mass, how many items are kept, 9 bytes each; 10,000,000 when absent. More are refused. */
  readonly limit?: number;
}

/** One bin of a reliability table. */
export interface ReliabilityBin {
  /** Its smallest confidence: of its edge, or, of equal mass, of its items. */
  readonly from: number;
  /** Its largest. */
  readonly to: number;
  /** How many items are in it. */
  readonly rows: number;
  /** Their mean confidence; NaN of none. */
  readonly confidence: number;
  /** The share of them that is right; NaN of none. */
  readonly accuracy: number;
}

/** What {@linkcode ece} finds. */
export interface EceResult {
  /** How many items had both. */
  readonly rows: number;
  /** How many had NaN for a confidence: they are in no bin. */
  readonly invalid: number;
  /** The expected calibration error, `sum |sum confidence - sum right| / n` over the bins; NaN of no items. */
  readonly ece: number;
  /** The largest `|confidence - accuracy|` of a bin with items; NaN of no items. */
  readonly mce: number;
  /** The reliability table, from the lowest confidence up. */
  readonly table: readonly ReliabilityBin[];
}

/**
 * The expected calibration error: how far confidence is from accuracy, bin by bin, with the reliability table behind it.
 *
 * Bins of equal width have their lower edge in them, the last one both: torchmetrics' `CalibrationError` with `norm="l1"`, which puts a
 * confidence of exactly 1 in a bin of its own. Bins of equal mass are cut by rank; items of one confidence stay together, in the bin of
 * the first of them.
 * Needs: a confidence from 0 to 1, and whether the item is right; an item without one of them counts for nothing. For a row of logits
 * the confidence is `exp` of the best token's log-probability. Gives: {@linkcode EceResult}. Specials: NaN is counted. Accuracy: exact
 * sums. Mergeable. State: about 600 bytes a bin, or 9 an item for equal mass.
 *
 * @example Five decisions
 * ```ts
 * import { ece, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const items = [0.95, 0.8, 0.65, 0.55, 0.92].map((confidence, i) => ({ confidence, correct: [0, 1, 3].includes(i) }));
 * const { calibration } = await fold(items, { calibration: ece({ bins: 10 }) });
 * assertAlmostEquals(calibration.ece, 0.434, 1e-15);
 * assertEquals(calibration.table[9].rows, 2);
 * ```
 *
 * @param options Bins, and where confidence and verdict are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no probability or no truth, or there are more
 * items than `limit` for bins of equal mass.
 */
export function ece(options: EceOptions = {}): Fold<unknown, EceResult> {
  return eceDefinition.call(options);
}

const OPTIONS = {
  bins: { type: "whole", least: 1, most: 65536, default: 15, help: "how many bins" },
  of: { type: "choice", words: ["width", "mass"], default: "width", help: "what is equal of all bins" },
  confidence: { type: "text", default: "confidence", help: "the path of the confidence" },
  correct: { type: "text", default: "correct", help: "the path of whether the item is right" },
  limit: { ...LIMIT, help: "how many items bins of equal mass are made of at most" },
} as const;

/** Its row of the catalogue. */
export const eceDefinition = /* @__PURE__ */ define({
  name: "ece",
  kind: "fold",
  help: "the expected calibration error, with its reliability table",
  options: OPTIONS,
  make(options, spec): Fold<unknown, EceResult> {
    return options.of === "width" ? { spec, ...byWidth(options) } : { spec, ...byMass(options) };
  },
});

type Options = OptionValues<typeof OPTIONS>;

/** Items of one bin. */
interface Bin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly correct: number;
  /** The sum of their confidences, in units of 2^-1074. */
  readonly units: bigint;
}

function resultOf(bins: readonly Bin[], invalid: number): EceResult {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  const one = toExact(1);
  const gaps = bins.map(({ units, correct }) => Math.abs(toNumber(units - BigInt(correct) * one, UNIT)));
  return {
    rows,
    invalid,
    ece: gaps.reduce((sum, gap) => sum + gap, 0) / rows,
    mce: rows === 0 ? NaN : Math.max(...gaps.map((gap, i) => bins[i].rows === 0 ? 0 : gap / bins[i].rows)),
    table: bins.map(({ from, to, rows, correct, units }) => ({
      from,
      to,
      rows,
      confidence: toNumber(units, UNIT) / rows,
      accuracy: correct / rows,
    })),
  };
}

interface Widths {
  invalid: number;
  readonly rows: Float64Array;
  readonly correct: Float64Array;
  readonly sums: ExactTotal[];
}

function byWidth({ bins, confidence, correct }: Options): Omit<Fold<unknown, EceResult, Widths>, "spec"> {
  const confidenceOf = probabilityAt("ece", confidence), verdictOf = flagAt("ece", correct);
  return {
    init: () => ({
      invalid: 0,
      rows: new Float64Array(bins),
      correct: new Float64Array(bins),
      sums: Array.from({ length: bins }, exactTotal),
    }),
    step(state, item) {
      const p = confidenceOf(item), right = verdictOf(item);
      if (p === undefined || right === undefined) return;
      if (Number.isNaN(p)) {
        state.invalid++;
        return;
      }
      const bin = binOf(p, bins);
      state.rows[bin]++;
      state.correct[bin] += Number(right);
      addExact(state.sums[bin], p);
    },
    merge(into, from) {
      into.invalid += from.invalid;
      for (let bin = 0; bin < bins; bin++) {
        into.rows[bin] += from.rows[bin];
        into.correct[bin] += from.correct[bin];
        mergeExact(into.sums[bin], from.sums[bin]);
      }
    },
    canonical: (state) => ({ ...state, sums: state.sums.map(canonicalExact) }),
    validate({ invalid, rows, correct, sums }) {
      return wholeFault("invalid", invalid, 0, Number.MAX_SAFE_INTEGER) ??
        [rows, correct, sums].map((list) => wholeFault("the number of bins", list.length, bins, bins)).find(Boolean) ??
        sums.map((sum, i) =>
          wholeFault(`rows[${i}]`, rows[i], 0, Number.MAX_SAFE_INTEGER) ??
            wholeFault(`correct[${i}]`, correct[i], 0, rows[i]) ?? exactFault(`sums[${i}]`, sum) ??
            (exactValue(sum) >= 0 && exactValue(sum) <= rows[i] ? undefined : `sums[${i}] is of no probabilities`)
        ).find(Boolean);
    },
    finish: ({ invalid, rows, correct, sums }) =>
      resultOf(
        sums.map((sum, i) => ({
          from: i / bins,
          to: (i + 1) / bins,
          rows: rows[i],
          correct: correct[i],
          units: exactUnits(sum),
        })),
        invalid,
      ),
  };
}

/** The bin of a probability. Its edges are the float64 numbers `i / bins`, whatever the product rounds to. */
function binOf(p: number, bins: number): number {
  const bin = Math.min(bins - 1, Math.floor(p * bins));
  if (p < bin / bins) return bin - 1;
  return bin + 1 < bins && p >= (bin + 1) / bins ? bin + 1 : bin;
}

function byMass({ bins, confidence, correct, limit }: Options): Omit<Fold<unknown, EceResult, Scored>, "spec"> {
  const confidenceOf = probabilityAt("ece", confidence), verdictOf = flagAt("ece", correct);
  const { add, merge, ...rest } = scoredState(2, limit);

  function requireKept(size: number): void {
    if (size <= limit) return;
    throw new ParameterError(
      `Cannot use ece with bins of equal mass on more than ${limit} items: wanted fewer, a higher limit, or bins of equal width`,
    );
  }

  return {
    ...rest,
    step(state, item) {
      const p = confidenceOf(item), right = verdictOf(item);
      if (p === undefined || right === undefined) return;
      requireKept(state.size + Number(!Number.isNaN(p)));
      add(state, p, Number(right));
    },
    merge(into, from) {
      requireKept(into.size + from.size);
      merge(into, from);
    },
    validate: (state) =>
      rest.validate(state) ?? (state.bins.length > 0 ? "it has bins" : undefined) ??
        (state.scores.every((p) => p >= 0 && p <= 1) ? undefined : "scores hold what is no probability"),
    finish(state) {
      // From the largest down; those of one confidence go where the first of them, from the lowest up, goes.
      const found: Bin[] = [];
      let left = state.size, last = -1;
      for (const { score, counts: [wrong, right] } of ties(state, 2)) {
        left -= wrong + right;
        const bin = Math.floor(left * bins / state.size), units = toExact(score) * BigInt(wrong + right);
        const open = bin === last ? found.pop()! : { to: score, rows: 0, correct: 0, units: 0n };
        found.push({
          from: score,
          to: open.to,
          rows: open.rows + wrong + right,
          correct: open.correct + right,
          units: open.units + units,
        });
        last = bin;
      }
      return resultOf(found.reverse(), state.invalid);
    },
  };
}
