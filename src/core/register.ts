import { registry } from "./_registry.ts";
import type { Definition } from "./define.ts";
import { ParameterError } from "./errors.ts";
import { shown } from "./shown.ts";

/** A name of one's own, and whose it is: `acme:margin`. Names without a colon are the library's. */
const NAME = /^[a-z][a-z0-9-]*:[A-Za-z][A-Za-z0-9]*$/;

/**
 * Makes a definition of one's own known by its name, so that `fromSpec` and `openSpec` can make it again of its spec: in a worker, or from a
 * saved state. Each process that is to know it registers it.
 *
 * @example A reducer of one's own, there and back
 * ```ts
 * import { define, register, registered, type Reducer } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const count = register(define({
 *   name: "acme:positive",
 *   kind: "reducer",
 *   help: "how many logits are above 0",
 *   options: {},
 *   make(_options, spec): Reducer<number, { count: number }> {
 *     return {
 *       spec,
 *       init: () => ({ count: 0 }),
 *       step: (state, { values }) => values.forEach((x) => state.count += Number(x > 0)),
 *       merge: (into, { count }) => into.count += count,
 *       finish: ({ count }) => count,
 *     };
 *   },
 * }));
 * assertEquals(registered("acme:positive"), count);
 * ```
 *
 * @param definition What {@linkcode define} gave; its name has a namespace.
 * @returns The same.
 * @throws {ParameterError} If the name has no namespace, or is taken by another definition.
 */
export function register<D extends Definition>(definition: D): D {
  const { name, kind, options, of } = definition ?? {};
  if (typeof kind !== "string" || typeof options !== "object" || typeof of !== "function") {
    throw new ParameterError(`Cannot register ${shown(definition)}: wanted a definition, as define() gives it`);
  }
  if (typeof name !== "string" || !NAME.test(name)) {
    throw new ParameterError(`Cannot register ${shown(name)}: wanted a name with a namespace, as "acme:margin"`);
  }
  if (registry.has(name) && registry.get(name) !== definition) {
    throw new ParameterError(`Cannot register "${name}": another definition has that name`);
  }
  registry.set(name, definition);
  return definition;
}
