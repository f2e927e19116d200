import { BY_NAME } from "../records/inside.ts";
import type { RowRecord, ScoreRecord } from "../records/mod.ts";
import type { LabelSummary } from "../reducers/mod.ts";
import type { Format } from "./_format.ts";

/** Narrower terminals get lines that wrap: numbers are not cut. */
const NARROWEST = 80;

const ROW = 6, NUMBER = 10, ID = 7, SHARE = 6, GAP = 2;

/** Where the list of tokens begins. */
const INDENT = ROW + 3 * NUMBER + 1;

/** Aligned columns for people: the numbers of a row, its likeliest tokens with their shares, and whatever else was asked for. */
export class Table implements Format {
  readonly head: string;
  readonly #perLine: number;

  /** Lines are as long as the terminal. `listed`: rows have a list of tokens. */
  constructor(columns: number, listed = true) {
    this.head = "row".padStart(ROW) + ["max", "lse", "entropy"].map((name) => name.padStart(NUMBER)).join("") +
      (listed ? " " + "token".padStart(ID) + "%".padStart(SHARE) : "") + "\n";
    const room = Math.max(columns, NARROWEST) - INDENT;
    this.#perLine = Math.floor((room + GAP) / (ID + SHARE + GAP));
  }

  row(record: RowRecord): string {
    const { row, max, lse, entropy } = record;
    const numbers = String(row).padStart(ROW) + [max, lse, entropy].map((x) => fixed(x).padStart(NUMBER)).join("");
    const lines = [...this.#tokens(record), ...details(record)];
    return (numbers + " " + lines.join("\n" + " ".repeat(INDENT))).trimEnd() + "\n";
  }

  #tokens({ top = [] }: RowRecord): string[] {
    const items = top.map(({ id, logprob }) => String(id).padStart(ID) + percent(logprob).padStart(SHARE));
    const lines = [];
    for (let i = 0; i < items.length; i += this.#perLine) {
      lines.push(items.slice(i, i + this.#perLine).join(" ".repeat(GAP)));
    }
    return lines;
  }

  summary({ rows, nll, perplexity }: LabelSummary): string {
    return `${rows} rows with a label: nll ${fixed(nll)}, perplexity ${fixed(perplexity)}\n`;
  }
}

function details(record: RowRecord): string[] {
  const { nan, posInf, allMasked, target, label, rank, negInf } = record;
  return [
    ...(nan > 0 ? [`${nan} NaN`] : []),
    ...(posInf > 0 ? [`${posInf} +Infinity`] : []),
    ...(allMasked ? ["all masked"] : []),
    ...(target ?? []).map((score) => `target ${scoreText(score, score.rank)}`),
    ...(label === undefined ? [] : [label ? `label ${scoreText(label, rank)}` : "no label"]),
    ...(negInf === undefined ? [] : [`${negInf} masked`]),
    ...BY_NAME.filter(({ name }) => name in record).map(({ name }) => `${name} ${valueText(record[name])}`),
  ];
}

/** A number, or the fields of a record. */
function valueText(value: unknown): string {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : fixed(value);
  if (typeof value !== "object" || value === null) return value === null ? "-" : String(value);
  return Object.entries(value).map(([name, field]) => `${name} ${valueText(field)}`).join(" ");
}

function scoreText({ id, logprob }: ScoreRecord, rank: number | null | undefined): string {
  return `${id} logprob ${fixed(logprob)}` + (rank === undefined ? "" : ` rank ${rank ?? "-"}`);
}

/** At most nine characters. */
function fixed(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  return size < 1e3 ? x.toFixed(4) : size < 1e6 ? x.toFixed(1) : x.toExponential(2);
}

function percent(logprob: number): string {
  return (100 * Math.exp(logprob)).toFixed(2);
}
