/**
 * `cli-progress` with types.
 *
 * @module
 */
// @ts-types="./_cli_progress.d.ts"
import library, { type SingleBar } from "cli-progress";

/** A bar that is about to run. */
export function newBar(options: ConstructorParameters<typeof SingleBar>[0]): SingleBar {
  return new library.SingleBar(options);
}
