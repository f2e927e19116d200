/**
 * The rows of the catalogue. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { toNdjsonDefinition } from "./to_ndjson.ts";
import { toNpyDefinition } from "./to_npy.ts";
import { toRawDefinition } from "./to_raw.ts";
import { toTextDefinition } from "./to_text.ts";

/** Every sink of this room. */
export const SINKS: readonly Definition[] = [toNpyDefinition, toRawDefinition, toNdjsonDefinition, toTextDefinition];
