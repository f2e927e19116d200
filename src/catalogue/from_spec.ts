import { type Kind, ParameterError, shown, type Spec } from "../core/mod.ts";
import { checkedOf, OPENED } from "./_known.ts";
import { definitionOf } from "./definition_of.ts";

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
  checkedOf(spec);
  return made(spec) as T;
}

function made({ name, params, inputs }: Spec): unknown {
  const { kind, of } = definitionOf(name)!;
  if (OPENED.includes(kind) || (kind === "operator" && inputs.length > 0)) {
    throw new ParameterError(
      `Cannot make ${name} by fromSpec: it is ${KINDS[kind] ?? "logits"}, wanted openSpec for it`,
    );
  }
  const one = of(params, { inputs: inputs.map(made), specs: inputs });
  if (Object(one).spec) return one;
  throw new ParameterError(
    `Cannot make ${name} from its spec: its definition makes ${shown(one)}, wanted what has a spec`,
  );
}

const KINDS: Partial<Record<Kind, string>> = { source: "a source", sink: "a sink" };
