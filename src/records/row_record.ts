import { optionsOf, ParameterError, type Reducers, type Row, type RowReport, shown } from "../core/mod.ts";
import type { Candidate } from "../reducers/mod.ts";
import { BY_NAME, FIRST, LAST, RECORD_OPTIONS, type RecordEntry } from "./_entries.ts";
import type { RowRecordOptions } from "./row_record_options.ts";
import type { ScoreRecord } from "./score_record.ts";

/** One row as the command line and the service write it: the order of the fields is the contract. */
export interface RowRecord {
  /** The source's row number. */
  readonly row: number;
  /** How many logits were read. */
  readonly count: number;
  /** The largest. */
  readonly max: number;
  /** Its id; `null` where the row has no token to choose. */
  readonly argmax: number | null;
  /** Log-sum-exp. */
  readonly lse: number;
  /** Shannon entropy of the softmax. */
  readonly entropy: number;
  /** The likeliest tokens; absent if none were asked for. */
  readonly top?: readonly Candidate[];
  /** How many logits are NaN. */
  readonly nan: number;
  /** How many are +Infinity. */
  readonly posInf: number;
  /** Whether all are -Infinity. */
  readonly allMasked: boolean;
  /** The ids that were asked for. */
  readonly target?: readonly ScoreRecord[];
  /** The row's label; `null` without one. */
  readonly label?: ScoreRecord | null;
  /** The label's rank. */
  readonly rank?: number | null;
  /** How many are -Infinity. */
  readonly negInf?: number;
  /** Results of reducers that were asked for by their names. */
  readonly [reducer: string]: unknown;
}

const NAMES = [...Object.keys(RECORD_OPTIONS), "reducers"];

/** Refuses a row that {@linkcode recordReducers} did not reduce, or with other options. */
function checkReduced(row: unknown, wanted: readonly RecordEntry[]): RowReport & Record<string, unknown> {
  const names = ["index", ...wanted.map(({ key }) => key)];
  const missing = names.find((name) => typeof row !== "object" || row === null || !(name in row));
  if (missing === undefined) return row as RowReport & Record<string, unknown>;
  const found = typeof row === "object" && row !== null ? `it has no "${missing}"` : `it is ${shown(row)}`;
  throw new ParameterError(
    `Cannot write the row: ${found}, wanted a row of reduce(logits, recordReducers(options)), with the same options`,
  );
}

/**
 * The reducers of a record, for `reduce`; {@linkcode rowRecord} writes what they give.
 *
 * @example The two best ids of a row
 * ```ts
 * import { fromArray, reduce } from "@sluice/sluice";
 * import { recordReducers, rowRecord } from "@sluice/sluice/records";
 * import { assertEquals } from "@std/assert";
 *
 * const options = { topK: 2, target: [0] };
 * const [row] = await Array.fromAsync(reduce(fromArray([1, 3, 2]), recordReducers(options)));
 * const record = rowRecord(row, options);
 * assertEquals(record.argmax, 1);
 * assertEquals(record.top?.map(({ id }) => id), [1, 2]);
 * ```
 *
 * @param options What the record is to hold.
 * @returns Reducers by name.
 * @throws {ParameterError} If k, an id or a unit does not fit.
 */
export function recordReducers(options: RowRecordOptions = {}): Reducers {
  checkNames(optionsOf("recordReducers", options, NAMES).reducers);
  const asked = [...FIRST, ...LAST].filter((entry) => isAsked(entry, options));
  return Object.fromEntries(asked.map(({ key, reducer }) => [key, reducer(options) as Reducers[string]]));
}

/**
 * A row that {@linkcode recordReducers} reduced, as the one object that the command line and the service write: plain JSON
 * values, but for NaN and the infinities, which `ndjsonLine` turns into strings.
 *
 * @example One row in memory as a record
 * ```ts
 * import { reduceRow } from "@sluice/sluice";
 * import { recordReducers, rowRecord } from "@sluice/sluice/records";
 * import { assertEquals } from "@std/assert";
 *
 * const { row, count, argmax } = rowRecord(reduceRow(Float32Array.of(1, 3, 2), recordReducers()));
 * assertEquals([row, count, argmax], [0, 3, 1]);
 * ```
 *
 * @param row What the reducers gave.
 * @param options The same options.
 * @returns The record.
 * @throws {ParameterError} If the row was not reduced by them.
 */
export function rowRecord(row: Row<Reducers>, options: RowRecordOptions = {}): RowRecord {
  checkNames(optionsOf("rowRecord", options, NAMES).reducers);
  const first = FIRST.filter((entry) => isAsked(entry, options));
  const last = LAST.filter((entry) => isAsked(entry, options));
  const reduced = checkReduced(row, [...first, ...last]);
  const { index, count, nan, posInf, allMasked } = reduced;
  const fieldsOf = (entries: readonly RecordEntry[]) =>
    Object.assign({}, ...entries.map(({ key, fields }) => fields(reduced[key], options)));
  return { row: index, count, ...fieldsOf(first), nan, posInf, allMasked, ...fieldsOf(last) };
}

function checkNames(names: unknown = []): void {
  const known = BY_NAME.map(({ name }) => name);
  if (!Array.isArray(names)) throw new ParameterError(`Cannot add reducers ${shown(names)} to a record: wanted a list`);
  const other = names.find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new ParameterError(`Cannot add the reducer ${shown(other)} to a record: wanted ${known.join(", ")}`);
}

function isAsked({ asked }: RecordEntry, options: RowRecordOptions): boolean {
  return asked?.(options) ?? true;
}
