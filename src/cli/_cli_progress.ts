/**
 * `cli-progress` with types.
 *
 * @module
 */
// @ts-types="./_cli_progress.d.ts"
import library, { type SingleBar } from "cli-progress";
import { stderr } from "node:process";

// The terminal may go away before the work is done: there is nobody left to show a bar to, and nothing else is lost.
stderr.on("error", () => {});

/** A bar that is about to run. */
export function newBar(options: ConstructorParameters<typeof SingleBar>[0]): SingleBar {
  return new library.SingleBar(options);
}
