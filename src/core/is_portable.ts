import type { Spec } from "./spec.ts";

/**
 * Whether a spec and all that it is built on can be made again elsewhere.
 *
 * @example An array stays where it is
 * ```ts
 * import { isPortable } from "@sluice/sluice/core";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { temperature } from "@sluice/sluice/operators";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isPortable(temperature(2).spec), true);
 * assertEquals(isPortable(fromArray([1, 2]).pipe(temperature(2)).spec), false);
 * ```
 *
 * @param spec The spec.
 * @returns Whether it is.
 */
export function isPortable({ portable, inputs }: Spec): boolean {
  return portable !== false && inputs.every(isPortable);
}
