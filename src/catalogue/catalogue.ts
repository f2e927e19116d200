import type { Definition } from "../core/mod.ts";
import { FOLDS } from "../folds/inside.ts";
import { mapDefinition } from "../flow/inside.ts";
import { MAPS } from "../maps/inside.ts";
import { OPERATORS } from "../operators/inside.ts";
import { PREFERENCES } from "../preference/inside.ts";
import { REDUCERS } from "../reducers/inside.ts";
import { samplerDefinition, STAGES } from "../sampling/inside.ts";
import { SINKS } from "../sinks/inside.ts";
import { SOURCES } from "../sources/inside.ts";

/**
 * Everything of this library that has a spec, by kind: what is here can be made again from its spec, and is offered by name.
 *
 * @example The names of all operators
 * ```ts
 * import { CATALOGUE } from "@sluice/sluice/catalogue";
 * import { assertEquals } from "@std/assert";
 *
 * const names = CATALOGUE.filter(({ kind }) => kind === "operator").map(({ name }) => name);
 * assertEquals(names, ["temperature", "logitBias", "mask", "softcap", "rechunk"]);
 * ```
 */
export const CATALOGUE: readonly Definition[] = [
  ...SOURCES,
  mapDefinition,
  ...OPERATORS,
  ...REDUCERS,
  samplerDefinition,
  ...STAGES,
  ...MAPS,
  ...PREFERENCES,
  ...FOLDS,
  ...SINKS,
];
