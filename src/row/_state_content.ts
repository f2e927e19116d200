import { type Level, SLOT_BYTES, TILE } from "../../kernels/mod.ts";
import { type Fact, type Folded, type Reducer, shown, StateFormatError, wholeFault } from "../core/mod.ts";
import { slotFault } from "./slot_fault.ts";
import type { StateContent } from "./_content.ts";
import { foldedIds } from "./_folded_ids.ts";
import { BACKENDS } from "./_kernels_for.ts";
import { stateKindFault } from "./_kind_fault.ts";
import type { ReducerSet } from "./_reducer_set.ts";
import type { StreamData } from "./_stream_sum.ts";
import type { PartData } from "./row_state.ts";

const MOST = Number.MAX_SAFE_INTEGER;

/**
 * The content of a state that somebody wrote, if a state of these reducers can hold it: a check sum proves bytes, not sense. Nothing is
 * allocated by a number in it, and nothing of it is used before this. Knows nothing of how states are written.
 */
export function stateContent(found: Readonly<Record<string, unknown>>, set: ReducerSet): StateContent {
  refuse(headFault(found));
  const content = found as unknown as StateContent;
  const count = set.levels.length;
  refuse(
    streamsKindFault(content.streams, count) ?? partsFault(content, count) ?? statesKindFault(content.states, set),
  );
  const folded = content.streams.map((_, stream) => foldedIds(content, stream, set.streams));
  content.streams.forEach((stream, i) => {
    const fault = streamFault(stream, folded[i], set.levels[i]);
    refuse(fault && (set.streams ? `in stream "${set.streams[i]}", ${fault}` : fault));
  });
  set.folded.forEach((one, i) => {
    const fault = reducerFault(one, content.states[i], folded[set.inputs[i][0]]);
    refuse(fault && `in ${set.names[i] === undefined ? one.spec.name : `reducer "${set.names[i]}"`}, ${fault}`);
  });
  return content;
}

function refuse(fault: string | undefined): void {
  if (fault) throw new StateFormatError(`Cannot load the state: ${fault}`);
}

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function headFault({ backend, element, row, vocabulary, operators }: Readonly<Record<string, unknown>>) {
  const elements = backend === "reference" ? ["f32", "f64"] : ["f32"];
  return choiceFault("backend", backend, BACKENDS) ?? choiceFault("element", element, elements) ??
    wholeFault("row", row as number, 0, MOST) ?? wholeFault("vocabulary", vocabulary as number, 1, MOST) ??
    (typeof operators === "string" ? undefined : `operators is ${shown(operators)}, wanted text`);
}

function choiceFault(what: string, value: unknown, choices: readonly unknown[]): string | undefined {
  return choices.includes(value) ? undefined : `${what} is ${shown(value)}, wanted ${choices.join(" or ")}`;
}

/** Parts ascend and do not touch: those that do are joined. */
function partsFault({ parts, vocabulary, element }: StateContent, streams: number): string | undefined {
  if (!Array.isArray(parts)) return `parts is ${shown(parts)}, wanted a list`;
  let least = 0;
  for (let i = 0; i < parts.length; i++) {
    const fault = isRecord(parts[i])
      ? partFault(parts[i], least, vocabulary, element, streams)
      : `it is ${shown(parts[i])}, wanted a record`;
    if (fault) return `in part ${i}, ${fault}`;
    least = parts[i].to + 1;
  }
}

function partFault(
  { from, to, head, tail }: PartData,
  least: number,
  vocabulary: number,
  element: "f32" | "f64",
  streams: number,
) {
  const fault = wholeFault("from", from, least, vocabulary - 1) ?? wholeFault("to", to, from + 1, vocabulary);
  if (fault) return fault;
  const headEnd = Math.min(Math.ceil(from / TILE) * TILE, to);
  const tailLength = headEnd === to || to === vocabulary ? 0 : to % TILE;
  return fragmentFault("head", head, headEnd - from, element, streams) ??
    fragmentFault("tail", tail, tailLength, element, streams);
}

/** The logits of each stream. */
function fragmentFault(
  what: string,
  fragment: unknown,
  length: number,
  element: "f32" | "f64",
  streams: number,
): string | undefined {
  if (!Array.isArray(fragment) || fragment.length !== streams) {
    return `${what} is ${shown(fragment)}, wanted a list of ${streams === 1 ? "one" : streams}`;
  }
  const View = element === "f64" ? Float64Array : Float32Array;
  for (const values of fragment) {
    if (!(values instanceof View)) return `${what} is ${shown(values)}, wanted a ${View.name}`;
    const fault = wholeFault(`the length of ${what}`, values.length, length, length);
    if (fault) return fault;
  }
}

function streamsKindFault(streams: unknown, count: number): string | undefined {
  if (!Array.isArray(streams)) return `streams is ${shown(streams)}, wanted a list`;
  const fault = wholeFault("the length of streams", streams.length, count, count);
  if (fault) return fault;
  for (const stream of streams) {
    if (!isRecord(stream)) return `its stream is ${shown(stream)}, wanted a record`;
    const { sum } = stream;
    if (!(sum instanceof Uint8Array)) return `sum is ${shown(sum)}, wanted a Uint8Array`;
    const fault = wholeFault("the length of sum", sum.length, SLOT_BYTES, SLOT_BYTES);
    if (fault) return fault;
  }
}

function statesKindFault(states: unknown, { folded }: ReducerSet): string | undefined {
  if (!Array.isArray(states)) return `states is ${shown(states)}, wanted a list`;
  return wholeFault("the length of states", states.length, folded.length, folded.length);
}

function streamFault(
  { sum, nan, posInf, firstInvalid }: StreamData,
  folded: Folded,
  level: Level,
) {
  const { count, maximum } = folded;
  const fault = wholeFault("nan", nan, 0, count) ?? wholeFault("posInf", posInf, 0, count - nan);
  if (fault) return fault;
  const invalid = nan + posInf;
  if (invalid === 0 ? firstInvalid !== undefined : !folded.has(firstInvalid!)) {
    return `firstInvalid is ${shown(firstInvalid)} of ${invalid} invalid logits`;
  }
  if ((posInf > 0) !== (maximum === Infinity)) return `the maximum is ${maximum} of ${posInf} logits of +Infinity`;
  return slotFault("sum", sum, { level, count, invalid });
}

/** What a reducer says of its own state; whatever it throws is a word about the state as well. */
function reducerFault(
  reducer: Reducer<unknown> | Fact<unknown>,
  state: unknown,
  folded: Folded,
): string | undefined {
  try {
    if ("check" in reducer) reducer.check?.(folded.vocabulary, undefined);
    return stateKindFault(state, reducer.init(folded.row)) ?? reducer.validate?.(state as object, folded);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
