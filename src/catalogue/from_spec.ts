import { ParameterError, type Spec } from "../core/mod.ts";
import { knownOf, OPENED } from "./_known.ts";

/**
 * What a spec describes, made again: an operator, a reducer, a map of a row or a stage of a chain. It computes the same as what the spec
 * was taken from, to the bit, and has the same spec.
 *
 * Cost: that of the factory. Nothing outside of the process is reached; sources and sinks are for `openSpec`.
 *
 * @example An operator through JSON
 * ```ts
 * import { fromSpec } from "@sluice/sluice/catalogue";
 * import { logitBias } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const { spec } = logitBias({ 3: -Infinity, 1: 2 });
 * assertEquals(fromSpec(JSON.parse(JSON.stringify(spec))).spec, spec);
 * ```
 *
 * @param spec The spec, as it was or as it came out of JSON.
 * @returns The object; its kind is that of its definition.
 * @throws {ParameterError} If there is no such name, an option does not fit, or the spec stands for what only one process has
 * (`E_NOT_PORTABLE`).
 */
export function fromSpec<T extends { readonly spec: Spec } = { readonly spec: Spec }>(spec: Spec): T {
  return made(spec, 0) as T;
}

function made(spec: Spec, depth: number): unknown {
  const definition = knownOf(spec, depth);
  if (OPENED.includes(definition.kind)) {
    throw new ParameterError(
      `Cannot make ${spec.name} by fromSpec: it is a ${definition.kind}, wanted openSpec for it`,
    );
  }
  const inputs = spec.inputs.map((input) => made(input, depth + 1));
  return definition.of(spec.params, { inputs, specs: spec.inputs });
}
