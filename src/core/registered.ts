import { registry } from "./_registry.ts";
import type { Definition } from "./define.ts";

/**
 * The registered definition of a name.
 *
 * @example Nobody has registered it
 * ```ts
 * import { registered } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(registered("acme:nothing"), undefined);
 * ```
 *
 * @param name The name, namespace included.
 * @returns The definition; `undefined` if there is none.
 */
export function registered(name: string): Definition | undefined {
  return registry.get(name);
}
