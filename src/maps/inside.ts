/**
 * The rows of the catalogue. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { logSoftmaxDefinition } from "./log_softmax.ts";
import { softmaxDefinition } from "./softmax.ts";

/** Every map of this room. */
export const MAPS: readonly Definition[] = [softmaxDefinition, logSoftmaxDefinition];
