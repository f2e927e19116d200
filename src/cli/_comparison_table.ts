import type { ComparisonRecord, ComparisonSummary, Spread } from "../records/mod.ts";

/** How many of the worst rows are shown. */
const WORST = 10;

const NAME = 12, NUMBER = 12, ROW = 8, ID = 9;

/** What a person wants to know of two models: the summary, and the rows that are farthest apart. */
export class ComparisonTable {
  /** The farthest apart first; of equals the first. */
  readonly #worst: ComparisonRecord[] = [];

  /** Takes a row. */
  add(record: ComparisonRecord): void {
    const at = this.#worst.findIndex(({ kl }) => record.kl > kl);
    if (Number.isNaN(record.kl) || (at < 0 && this.#worst.length === WORST)) return;
    this.#worst.splice(at < 0 ? this.#worst.length : at, 0, record);
    this.#worst.length = Math.min(this.#worst.length, WORST);
  }

  /** All of it, once the last row is there. */
  text(summary: ComparisonSummary): string {
    const { rows, invalid = 0, kl, js, tv, agreement, approximate } = summary;
    return [
      `${rows} rows${invalid > 0 ? `, ${invalid} of them left out: no distribution` : ""}`,
      `the same best token in ${(100 * agreement).toFixed(2)} %`,
      ...perplexityLines(summary),
      "",
      "".padEnd(NAME) + ["mean", "median", "99 %", "largest"].map((name) => name.padStart(NUMBER)).join(""),
      spreadLine("KL(A || B)", kl),
      spreadLine("JS", js),
      spreadLine("TV", tv),
      ...(approximate ? ["median and 99 % from a histogram, within 0.4 %"] : []),
      "",
      ...this.#worstLines(),
    ].map((line) => line.trimEnd() + "\n").join("");
  }

  #worstLines(): string[] {
    if (this.#worst.length === 0) return [];
    const head = "row".padStart(ROW) + ["KL", "JS", "TV"].map((name) => name.padStart(NUMBER)).join("") +
      ["A", "B"].map((name) => name.padStart(ID)).join("");
    const lines = this.#worst.map(({ row, kl, js, tv, argmax }) =>
      String(row).padStart(ROW) + [kl, js, tv].map(small).join("") +
      argmax.map((id) => String(id ?? "-").padStart(ID)).join("")
    );
    return [`the ${this.#worst.length} rows farthest apart, and their best tokens`, head, ...lines];
  }
}

function perplexityLines({ perplexity, meanLogRatio, standardError }: ComparisonSummary): string[] {
  if (!perplexity) return [];
  const [a, b] = perplexity.map((number) => number.toPrecision(6));
  return [
    `perplexity ${a} (A), ${b} (B)`,
    `ln(B / A) ${signed(meanLogRatio!)} +- ${standardError!.toPrecision(3)}`,
  ];
}

function signed(x: number): string {
  return (x > 0 ? "+" : "") + x.toPrecision(4);
}

function spreadLine(name: string, { mean, median, p99, max }: Spread): string {
  return name.padEnd(NAME) + [mean, median, p99, max].map(small).join("");
}

/** Divergences of a model and its quantisation are small: their digits are told from the first one that is not 0. */
function small(x: number): string {
  const text = x === 0 ? "0" : !Number.isFinite(x) ? String(x) : x < 1e-4 ? x.toExponential(2) : x.toFixed(6);
  return text.padStart(NUMBER);
}
