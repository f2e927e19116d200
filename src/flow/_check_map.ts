import { ParameterError, type RowMap, shown } from "../core/mod.ts";
import { callHint, LEVELS } from "../row/inside.ts";

/** Refuses what is no map over a row. */
export function checkMap(rowMap: unknown): asserts rowMap is RowMap {
  const { spec, needs, emit, share } = (rowMap ?? {}) as Partial<RowMap>;
  if (typeof spec?.name !== "string" || typeof emit !== "function") {
    throw new ParameterError(
      `Cannot map by ${shown(rowMap)}: wanted a map with spec, needs and emit, as softmax() gives it${
        callHint(rowMap)
      }`,
    );
  }
  if (share !== undefined && typeof share !== "boolean") {
    throw new ParameterError(`Cannot map by ${spec.name} with share = ${shown(share)}: wanted true or false`);
  }
  if (LEVELS.includes(needs!)) return;
  throw new ParameterError(
    `Cannot map by ${spec.name}, which needs ${shown(needs)}: wanted one of ${LEVELS.join(", ")}`,
  );
}
