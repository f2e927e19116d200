import { ParameterError, type Reducer, type Reducers, shown } from "../core/mod.ts";
import { LEVELS } from "./_levels.ts";

/** Refuses what is no object of reducers. */
export function checkReducers(reducers: Reducers): void {
  const single = isReducer(reducers);
  if (typeof reducers !== "object" || reducers === null || Array.isArray(reducers) || single) {
    const found = single ? "one reducer" : shown(reducers);
    throw new ParameterError(`Cannot reduce by ${found}: wanted reducers by name, as { lse: logSumExp() }`);
  }
  for (const [name, reducer] of Object.entries(reducers)) checkReducer(name, reducer);
}

function checkReducer(name: string, reducer: unknown): void {
  if (!isReducer(reducer)) {
    throw new ParameterError(
      `Cannot reduce by ${shown(reducer)} as "${name}": wanted a reducer, as logSumExp() gives it${callHint(reducer)}`,
    );
  }
  const { needs, streams } = reducer;
  if (needs !== undefined && !LEVELS.includes(needs)) {
    throw new ParameterError(
      `Cannot reduce by "${name}", which needs ${shown(needs)}: wanted one of ${LEVELS.join(", ")}`,
    );
  }
  if (streams !== undefined) checkStreams(name, streams);
}

function checkStreams(name: string, streams: readonly string[]): void {
  const isList = Array.isArray(streams) && streams.length > 0;
  const odd = isList ? streams.findIndex((stream) => typeof stream !== "string" || stream === "") : -1;
  if (isList && odd < 0) return;
  const [what, found, wanted] = isList
    ? [`streams[${odd}]`, streams[odd], "a name"]
    : ["streams", streams, "a list of at least one name"];
  throw new ParameterError(`Cannot reduce by "${name}", whose ${what} is ${shown(found)}: wanted ${wanted}`);
}

function isReducer(value: unknown): value is Reducer<unknown> {
  const { spec, init, step, merge, finish } = (value ?? {}) as Partial<Reducer<unknown>>;
  return typeof spec?.name === "string" && [init, step, merge, finish].every((part) => typeof part === "function");
}

/** What to do where a factory was passed instead of what it makes. */
export function callHint(value: unknown): string {
  return typeof value === "function" ? `; call ${value.name || "it"} first` : "";
}
