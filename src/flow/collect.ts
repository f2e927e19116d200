import {
  type Logits,
  optionsOf,
  type Reducer,
  type Reducers,
  type Results,
  type RowFacts,
  ShapeError,
  type SweptRow,
} from "../core/mod.ts";
import { type ReducerSet, togetherOf } from "../row/inside.ts";
import { FLOW_OPTIONS, flowStream } from "./_flow.ts";
import type { RowTarget } from "./_reduce_work.ts";
import { reductionOf } from "./_reduction_of.ts";
import type { ReduceOptions } from "./reduce.ts";
import type { Aligned } from "./aligned.ts";

/** One field over all rows; of a list, row-major `[rows, width]`. */
export type Column = Float64Array;

/** A result of every row, a typed array a field. */
export type Collected<R> = [NonNullable<R>] extends [number] ? Column
  : [NonNullable<R>] extends [readonly number[]] ? { readonly value: Column; readonly width: number }
  : [NonNullable<R>] extends [readonly (infer E)[]] ? { readonly [K in keyof E]-?: Column } & { readonly width: number }
  : { readonly [K in keyof NonNullable<R>]-?: Column };

/** All rows: the report's fields and each reducer's, by the same names. */
export type Table<T extends Reducers> =
  & { readonly [K in "index" | "count" | "nan" | "posInf" | "allMasked" | "reads"]: Column }
  & { readonly rows: number }
  & { readonly [K in keyof T]: Collected<Results<T>[K]> };

/**
 * Reduces all rows into one typed array a field: for many rows, where an object and a stream hop each would cost more than
 * the arithmetic.
 *
 * Lists (`topK`, `target`) become `[rows, width]`, row-major, `width` the longest; lists of plain numbers have one field, `value`.
 * What a row does not have is NaN. Results of text or of records within records are refused: take `reduce`.
 * Memory: 8 bytes a field and row.
 *
 * @example The best logit and the top two of two rows, as columns
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
 * @param logits What to read; or several streams, as `zip` makes them.
 * @param reducers What to compute, by name.
 * @param options As for `reduce`.
 * @returns The fields.
 * @throws {RangeError} As `reduce`, whose stream's failures reject the promise too.
 * @throws {ShapeError} If a result does not fit into columns of numbers.
 */
export async function collect<T extends Reducers>(
  logits: Logits | Aligned,
  reducers: T,
  options: ReduceOptions = {},
): Promise<Table<T>> {
  optionsOf("collect", options, FLOW_OPTIONS);
  const { set, flow, work } = reductionOf("collect", logits, reducers, options);
  const columns = new Columns(set);
  // A stream of chunks done: it ends the flow once, whichever of end, error and abort comes first.
  const chunks = flowStream<null>(flow, options.signal, async (controller) => {
    const more = await work.pull(columns);
    if (more) controller.enqueue(null);
    return more;
  });
  await chunks.pipeTo(new WritableStream());
  return columns.table() as Table<T>;
}

type Fields = Record<string, unknown>;

/** Grows one column a field. */
class Columns implements RowTarget {
  readonly #names: readonly string[];
  readonly #reducers: readonly Reducer<unknown>[];
  readonly #report = {
    index: new ScalarColumn(),
    count: new ScalarColumn(),
    nan: new ScalarColumn(),
    posInf: new ScalarColumn(),
    allMasked: new ScalarColumn(),
    reads: new ScalarColumn(),
  };
  readonly #results: (FieldColumns | undefined)[];
  /** Rows of one tile, one after the other, of which only the results have been added. */
  #tiles = 0;
  #firstTile = 0;
  #tileCount = 0;
  /** Those of them that are masked altogether. */
  readonly #masked: number[] = [];
  /** The numbers of one result. */
  readonly #numbers = new Float64Array(64);
  #rows = 0;

  constructor({ names, reducers }: ReducerSet) {
    this.#names = names;
    this.#reducers = reducers;
    this.#results = reducers.map(({ fields }) =>
      fields && (fields.list ? new ListColumns(fields.names) : new RecordColumns(fields.names))
    );
  }

  take(facts: readonly RowFacts[], results: readonly unknown[], reads: number): void {
    const { index, count, nan, posInf, allMasked } = togetherOf(facts);
    this.#addTiles();
    const report = this.#report;
    report.index.add(index);
    report.count.add(count);
    report.nan.add(nan);
    report.posInf.add(posInf);
    report.allMasked.add(allMasked);
    report.reads.add(reads);
    for (let i = 0; i < results.length; i++) {
      const result = results[i];
      if (result === undefined) this.#results[i]?.add(result);
      else (this.#results[i] ??= columnsFor(result, this.#rows)).add(result);
    }
    this.#rows++;
  }

  takeTile(row: SweptRow): void {
    if (this.#tiles === 0) this.#firstTile = row.row;
    this.#tiles++;
    this.#tileCount = row.count;
    if (row.maximum === -Infinity) this.#masked.push(row.row - this.#firstTile);
    for (let i = 0; i < this.#reducers.length; i++) {
      const count = this.#reducers[i].finishTile!(row, this.#numbers);
      (this.#results[i] ??= columnsFor(NaN, this.#rows)).addNumbers(this.#numbers, count);
    }
    this.#rows++;
  }

  /** What stands beside the results is much the same for rows of one tile: it is added for many at once. */
  #addTiles(): void {
    const { index, count, nan, posInf, allMasked, reads } = this.#report;
    index.addMany(this.#tiles, 0).forEach((_, i, added) => added[i] = this.#firstTile + i);
    count.addMany(this.#tiles, this.#tileCount);
    nan.addMany(this.#tiles, 0);
    posInf.addMany(this.#tiles, 0);
    const masked = allMasked.addMany(this.#tiles, 0);
    for (const row of this.#masked) masked[row] = 1;
    reads.addMany(this.#tiles, 1);
    this.#tiles = 0;
    this.#masked.length = 0;
  }

  table(): Fields {
    this.#addTiles();
    const report = Object.entries(this.#report).map(([name, column]) => [name, column.finish()]);
    const results = this.#names.map((name, i) => [name, this.#results[i]?.finish() ?? emptyColumn(this.#rows)]);
    return { rows: this.#rows, ...Object.fromEntries([...report, ...results]) };
  }
}

/** The columns of one result. */
interface FieldColumns {
  /** Adds a row's; what is `undefined` becomes NaN. */
  add(result: unknown): void;
  /** Adds a row's as the first `count` of some numbers: see {@linkcode Reducer.finishTile}. */
  addNumbers(numbers: Float64Array, count: number): void;
  finish(): unknown;
}

function emptyColumn(rows: number): Column {
  return new Float64Array(rows).fill(NaN);
}

/** Columns of the first result's kind, for the rows before it that had none. */
function columnsFor(result: unknown, before: number): FieldColumns {
  const columns = isList(result)
    ? new ListColumns()
    : typeof result === "object" && result !== null
    ? new RecordColumns(Object.keys(result))
    : new ScalarColumn();
  for (let row = 0; row < before; row++) columns.add(undefined);
  return columns;
}

function isList(result: unknown): result is ArrayLike<unknown> {
  return Array.isArray(result) || ArrayBuffer.isView(result);
}

function toNumber(result: unknown): number {
  if (result === undefined || result === null) return NaN;
  if (typeof result === "boolean" || typeof result === "bigint") return Number(result);
  throw new ShapeError(`Cannot collect a result that holds a ${typeof result}: wanted numbers; take reduce`);
}

class ScalarColumn implements FieldColumns {
  #values: Column = new Float64Array(64);
  #length = 0;

  add(result: unknown): void {
    this.addNumber(typeof result === "number" ? result : toNumber(result));
  }

  addNumbers(numbers: Float64Array): void {
    this.addNumber(numbers[0]);
  }

  addNumber(value: number): void {
    if (this.#length === this.#values.length) this.#grow(1);
    this.#values[this.#length++] = value;
  }

  /** Adds the first `count` of some numbers. */
  addFirst(numbers: Float64Array, count: number): void {
    if (this.#length + count > this.#values.length) this.#grow(count);
    for (let i = 0; i < count; i++) this.#values[this.#length + i] = numbers[i];
    this.#length += count;
  }

  /** Adds a number many times over; gives where they stand. */
  addMany(count: number, value: number): Column {
    if (this.#length + count > this.#values.length) this.#grow(count);
    this.#length += count;
    return this.#values.subarray(this.#length - count, this.#length).fill(value);
  }

  #grow(count: number): void {
    const longer = new Float64Array(Math.max(2 * this.#values.length, this.#length + count));
    longer.set(this.#values);
    this.#values = longer;
  }

  finish(): Column {
    return this.#values.slice(0, this.#length);
  }
}

class RecordColumns implements FieldColumns {
  readonly #keys: readonly string[];
  /** Record after record. */
  readonly #numbers = new ScalarColumn();

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  add(result: unknown): void {
    const record = result as Fields | undefined;
    for (const key of this.#keys) this.#numbers.add(record?.[key]);
  }

  addNumbers(numbers: Float64Array, count: number): void {
    this.#numbers.addFirst(numbers, count);
  }

  /** How many fields there are. */
  get width(): number {
    return this.#keys.length;
  }

  finish(): Record<string, Column> {
    const all = this.#numbers.finish(), { width } = this;
    return Object.fromEntries(this.#keys.map((key, field) => {
      const column = new Float64Array(all.length / width);
      for (let i = 0, from = field; i < column.length; i++, from += width) column[i] = all[from];
      return [key, column];
    }));
  }
}

/** Lists one behind the other; spread to `[rows, width]` at the end, when the longest is known. */
class ListColumns implements FieldColumns {
  readonly #lengths: number[] = [];
  #records: RecordColumns | undefined;
  #width = 0;

  constructor(keys?: readonly string[]) {
    if (keys) this.#records = new RecordColumns(keys);
  }

  add(result: unknown): void {
    const list = (result ?? []) as ArrayLike<unknown>;
    this.#addLength(list.length);
    for (let i = 0; i < list.length; i++) {
      const record = typeof list[i] === "object" && list[i] !== null ? list[i] as Fields : { value: list[i] };
      (this.#records ??= new RecordColumns(Object.keys(record))).add(record);
    }
  }

  addNumbers(numbers: Float64Array, count: number): void {
    this.#addLength(count / this.#records!.width);
    this.#records!.addNumbers(numbers, count);
  }

  #addLength(length: number): void {
    this.#lengths.push(length);
    this.#width = Math.max(this.#width, length);
  }

  finish(): Record<string, Column | number> {
    const flat = Object.entries(this.#records?.finish() ?? {});
    return { width: this.#width, ...Object.fromEntries(flat.map(([key, column]) => [key, this.#spread(column)])) };
  }

  #spread(column: Column): Column {
    if (column.length === this.#lengths.length * this.#width) return column;
    const spread = emptyColumn(this.#lengths.length * this.#width);
    let from = 0;
    this.#lengths.forEach((length, row) => {
      spread.set(column.subarray(from, from + length), row * this.#width);
      from += length;
    });
    return spread;
  }
}
