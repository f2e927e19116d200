/**
 * The rows of the catalogue, and what the command line alone asks for. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
import type { Definition } from "../core/mod.ts";
import { fromFileBlocking, fromFileDefinition } from "./from_file.ts";
import { fromUrlDefinition } from "./from_url.ts";

/** Every source that can be opened again elsewhere: arrays and streams are where they are. */
export const SOURCES: readonly Definition[] = [fromFileDefinition, fromUrlDefinition];

export { fromFileBlocking };

const { path: _path, ...expected } = fromFileDefinition.options;

/** What a source of bytes may be told of them: flags and query parameters follow from it. */
export const SOURCE_OPTIONS = expected;
