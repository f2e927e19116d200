import { exp } from "../../kernels/mod.ts";
import { optionsOf, type Reducers, type Row } from "../core/mod.ts";
import {
  type Agreement,
  agreement,
  jsDivergence,
  klDivergence,
  label,
  on,
  type TargetScore,
  totalVariation,
} from "../reducers/mod.ts";
import { Quantiles } from "./_quantiles.ts";
import type { ComparisonOptions } from "./comparison_options.ts";
import type { ComparisonRecord } from "./comparison_record.ts";
import type { ComparisonSummary, Spread } from "./comparison_summary.ts";

/** Among how many of the likeliest tokens common ids are counted unless told otherwise. */
const TOP = 10;

/** What the reducers of a comparison give of a row. */
type Compared = Row<Reducers> & {
  readonly kl: number;
  readonly klReverse: number;
  readonly js: number;
  readonly tv: number;
  readonly tops: Agreement;
  readonly labelA?: TargetScore | undefined;
  readonly labelB?: TargetScore | undefined;
};

/**
 * Two models side by side, row by row and over all: the reducers of streams `A` and `B`, each row as the one object that the command line writes, and
 * the summary at the end, as llama-perplexity's `--kl-divergence` prints it.
 *
 * Memory: 8 bytes a row and number for exact quantiles, up to 2^20 rows; beyond, a histogram.
 *
 * @example The same model twice
 * ```ts
 * import { fromArray, reduce, zip } from "@sluice/sluice";
 * import { Comparison } from "@sluice/sluice/records";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray([1, 2, 3, 3, 2, 1], { vocabulary: 3 });
 * const comparison = new Comparison({ topK: 2 });
 * for await (const row of reduce(zip({ A: logits, B: logits }), comparison.reducers)) comparison.add(row);
 * const { rows, agreement, kl } = comparison.summary;
 * assertEquals([rows, agreement, kl.max < 1e-6], [2, 1, true]);
 * ```
 */
export class Comparison {
  /** For `reduce` of `zip({ A, B })`. */
  readonly reducers: Reducers;
  readonly #labelled: boolean;
  readonly #kl = new Column();
  readonly #js = new Column();
  readonly #tv = new Column();
  readonly #labels = new Labels();
  #rows = 0;
  #agreed = 0;

  /** Refuses options that do not fit. */
  constructor(options: ComparisonOptions = {}) {
    const { topK: k = TOP, labels, shift = false } = optionsOf("Comparison", options, ["topK", "labels", "shift"]);
    this.#labelled = labels !== undefined;
    this.reducers = {
      kl: klDivergence("A", "B"),
      klReverse: klDivergence("B", "A"),
      js: jsDivergence("A", "B"),
      tv: totalVariation("A", "B"),
      tops: agreement("A", "B", { k }),
      ...(labels ? { labelA: on("A", label(labels, { shift })), labelB: on("B", label(labels, { shift })) } : {}),
    };
  }

  /** Takes a row that the reducers gave, and gives its record. */
  add(row: Row<Reducers>): ComparisonRecord {
    const { index, count, kl, klReverse, js, tv, tops, labelA, labelB, streams } = row as Compared;
    this.#rows++;
    if (tops.agree !== undefined) {
      this.#kl.add(kl);
      this.#js.add(js);
      this.#tv.add(tv);
      this.#agreed += Number(tops.agree);
      if (labelA && labelB) this.#labels.add(labelA.logprob, labelB.logprob);
    }
    return {
      row: index,
      count,
      kl,
      klReverse,
      js,
      tv,
      agree: tops.agree ?? null,
      argmax: [tops.first ?? null, tops.second ?? null],
      overlap: tops.overlap,
      ...(this.#labelled
        ? { label: labelA && labelB ? { id: labelA.id, logprob: [labelA.logprob, labelB.logprob] } : null }
        : {}),
      ...(streams ? { streams } : {}),
    };
  }

  /** What was over all rows so far. */
  get summary(): ComparisonSummary {
    const valid = this.#kl.count;
    return {
      rows: this.#rows,
      ...(valid < this.#rows ? { invalid: this.#rows - valid } : {}),
      kl: this.#kl.spread,
      js: this.#js.spread,
      tv: this.#tv.spread,
      agreement: this.#agreed / valid,
      ...(this.#labelled ? this.#labels.summary : {}),
      ...(this.#kl.approximate ? { approximate: true } : {}),
    };
  }
}

/** One number of every row. */
class Column {
  readonly #quantiles = new Quantiles();
  #sum = 0;
  count = 0;

  add(value: number): void {
    this.#quantiles.add(value);
    this.#sum += value;
    this.count++;
  }

  get approximate(): boolean {
    return this.#quantiles.approximate;
  }

  get spread(): Spread {
    const { max } = this.#quantiles;
    return { mean: this.#sum / this.count, median: this.#quantiles.at(0.5), p99: this.#quantiles.at(0.99), max };
  }
}

/** The labels' log-probabilities in each stream, and their difference: its mean and squared deviations by Welford's rule. */
class Labels {
  #count = 0;
  #a = 0;
  #b = 0;
  #mean = 0;
  #deviations = 0;

  add(a: number, b: number): void {
    this.#count++;
    this.#a += a;
    this.#b += b;
    const d = a - b - this.#mean;
    this.#mean += d / this.#count;
    this.#deviations += d * (a - b - this.#mean);
  }

  get summary(): Pick<ComparisonSummary, "perplexity" | "meanLogRatio" | "standardError"> {
    const n = this.#count;
    return {
      perplexity: [exp(0 - this.#a / n), exp(0 - this.#b / n)],
      meanLogRatio: n === 0 ? NaN : this.#mean,
      standardError: n < 2 ? NaN : Math.sqrt(this.#deviations / (n - 1) / n),
    };
  }
}
