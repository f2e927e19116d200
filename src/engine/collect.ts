import type { Logits, Reducers, Results, Row } from "../core/mod.ts";
import { Flow } from "./_flow.ts";
import { ReduceWork } from "./_reduce_work.ts";
import { ReducerSet } from "./_reducer_set.ts";
import type { ReduceOptions } from "./reduce.ts";

/** One field over all rows; of a list, row-major `[rows, width]`. */
export type Column = Float64Array;

/** A result of every row, a typed array a field. */
export type Collected<R> = R extends number | undefined ? Column
  : R extends readonly (infer E)[] ? { readonly [K in keyof E]-?: Column } & { readonly width: number }
  : { readonly [K in keyof NonNullable<R>]-?: Column };

/** All rows: the report's fields and each reducer's, by the same names. */
export type Table<T extends Reducers> =
  & { readonly [K in "index" | "count" | "nan" | "posInf" | "allMasked" | "reads"]: Column }
  & { readonly rows: number }
  & { readonly [K in keyof T]: Collected<Results<T>[K]> };

const REPORT = ["index", "count", "nan", "posInf", "allMasked", "reads"] as const;

/**
 * Reduces all rows into one typed array a field: for many rows, where an object and a stream hop each would cost more than
 * the arithmetic.
 *
 * Lists (`topK`, `target`) become `[rows, width]`, row-major, `width` the longest; what a row does not have is NaN.
 * Memory: 8 bytes a field and row.
 *
 * @example
 * ```ts
 * import { collect, fromArray, maximum, topK } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray([1, 3, 2, 9, 7, 8], { vocabulary: 3 });
 * const { best, top } = await collect(logits, { best: maximum(), top: topK(2) });
 * assertEquals([...best.value], [3, 9]);
 * assertEquals([...top.id], [1, 2, 0, 2]);
 * ```
 *
 * @param logits What to read.
 * @param reducers What to compute, by name.
 * @param options As for `reduce`.
 * @returns The fields.
 * @throws {RangeError} As `reduce`.
 */
export async function collect<T extends Reducers>(
  logits: Logits,
  reducers: T,
  options: ReduceOptions = {},
): Promise<Table<T>> {
  const set = new ReducerSet(reducers);
  set.check(logits.shape);
  options.signal?.throwIfAborted();
  const flow = new Flow(logits, options, set.maySecond);
  const work = new ReduceWork<T>(set, flow, logits, options);
  const columns = new Columns(set.names);
  try {
    while (await work.pull({ enqueue: (row) => columns.add(row) }));
  } finally {
    await flow.close();
  }
  return columns.table() as Table<T>;
}

type Fields = Record<string, unknown>;

/** Grows one column a field. */
class Columns {
  #rows = 0;
  readonly #names: readonly string[];
  readonly #report: Record<string, number[]> = Object.fromEntries(REPORT.map((name) => [name, []]));
  readonly #results: unknown[][];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#results = names.map(() => []);
  }

  add(row: Row<Reducers>): void {
    this.#rows++;
    const fields = row as unknown as Fields;
    for (const name of REPORT) this.#report[name].push(Number(fields[name]));
    for (let i = 0; i < this.#names.length; i++) this.#results[i].push(fields[this.#names[i]]);
  }

  table(): Fields {
    const report = Object.entries(this.#report).map(([name, values]) => [name, Float64Array.from(values)]);
    const results = this.#names.map((name, i) => [name, columnsOf(this.#results[i])]);
    return { rows: this.#rows, ...Object.fromEntries([...report, ...results]) };
  }
}

function columnsOf(results: readonly unknown[]): unknown {
  const sample = results.find((result) => result !== undefined);
  if (Array.isArray(sample)) return listColumns(results as readonly (readonly Fields[])[]);
  if (typeof sample === "object" && sample !== null) {
    return fieldColumns(results as Fields[], keysOf(results as Fields[]));
  }
  return Float64Array.from(results, numberOf);
}

function listColumns(lists: readonly (readonly Fields[])[]): Fields {
  const width = Math.max(0, ...lists.map((list) => list.length));
  const flat = lists.flatMap((list) => Array.from({ length: width }, (_, i) => list[i]));
  return { width, ...fieldColumns(flat, keysOf(flat)) };
}

function keysOf(records: readonly (Fields | undefined)[]): string[] {
  return Object.keys(records.find((record) => record !== undefined) ?? {});
}

function fieldColumns(records: readonly (Fields | undefined)[], keys: readonly string[]): Record<string, Column> {
  return Object.fromEntries(keys.map((key) => [key, Float64Array.from(records, (record) => numberOf(record?.[key]))]));
}

function numberOf(value: unknown): number {
  return value === undefined ? NaN : Number(value);
}
