import { type Backend, SLOT_BYTES, TILE } from "../../kernels/mod.ts";
import type { FoldData } from "./_row_fold.ts";
import type { PartData } from "./row_state.ts";

/** The body of a saved state: what it is of, and its content. */
export interface StateBody {
  readonly tile: number;
  readonly backend: Backend;
  readonly element: "f32" | "f64";
  readonly row: number;
  readonly vocabulary: number;
  readonly operators: string;
  readonly reducers: string;
  readonly fold: FoldData;
  readonly parts: readonly PartData[];
}

const BACKENDS: readonly Backend[] = ["fma", "simd", "reference"];

/** Whether a body that somebody wrote could be one of ours, but for the reducers' own states. */
export function isStateBody(body: unknown, reducers: number): body is StateBody {
  if (!isRecord(body)) return false;
  const { tile, backend, element, row, vocabulary, operators, fold, parts } = body;
  return tile === TILE && BACKENDS.includes(backend as Backend) && (element === "f32" || element === "f64") &&
    (element === "f32" || backend === "reference") && typeof operators === "string" && isWhole(row, 0) &&
    isWhole(vocabulary, 1) &&
    isFold(fold, reducers) && Array.isArray(parts) &&
    parts.every((part, i) => isPart(part, i === 0 ? 0 : parts[i - 1].to + 1, vocabulary, element));
}

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && value as number >= least;
}

function isFold(fold: unknown, reducers: number): fold is FoldData {
  if (!isRecord(fold)) return false;
  const { sum, nan, posInf, firstInvalid, states } = fold;
  return sum instanceof Uint8Array && sum.length === SLOT_BYTES && isWhole(nan, 0) && isWhole(posInf, 0) &&
    (firstInvalid === undefined || isWhole(firstInvalid, 0)) && Array.isArray(states) && states.length === reducers;
}

function isPart(part: unknown, least: number, vocabulary: number, element: "f32" | "f64"): part is PartData {
  if (!isRecord(part)) return false;
  const { from, to, head, tail } = part;
  if (!isWhole(from, least) || !isWhole(to, from + 1) || to > vocabulary) return false;
  const headEnd = Math.min(Math.ceil(from / TILE) * TILE, to);
  const tailLength = headEnd === to || to === vocabulary ? 0 : to % TILE;
  return isFragment(head, headEnd - from, element) && isFragment(tail, tailLength, element);
}

function isFragment(values: unknown, length: number, element: "f32" | "f64"): boolean {
  return values instanceof (element === "f64" ? Float64Array : Float32Array) && values.length === length;
}
