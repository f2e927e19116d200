/**
 * The rows of the catalogue. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { logitBiasDefinition } from "./logit_bias.ts";
import { maskDefinition } from "./mask.ts";
import { rechunkDefinition } from "./rechunk.ts";
import { softcapDefinition } from "./softcap.ts";
import { temperatureDefinition } from "./temperature.ts";

/** Every operator of this room. */
export const OPERATORS: readonly Definition[] = [
  temperatureDefinition,
  logitBiasDefinition,
  maskDefinition,
  softcapDefinition,
  rechunkDefinition,
];
