/**
 * The rows of the catalogue, and the logistic family. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { preferenceLossDefinition } from "./preference_loss.ts";
import { rewardLossDefinition } from "./reward_loss.ts";
import { unpairedLossDefinition } from "./unpaired_loss.ts";

export { sigmoid, softplus } from "./_stable.ts";

/** Every loss of this room. */
export const PREFERENCES: readonly Definition[] = [
  preferenceLossDefinition,
  unpairedLossDefinition,
  rewardLossDefinition,
];
