import { type Definition, type Kind, ParameterError, shown, type Spec } from "../core/mod.ts";
import { CATALOGUE } from "./catalogue.ts";
import { definitionOf } from "./definition_of.ts";

/** How deep specs may lie in each other: deeper than any flow, shallow enough for the stack. */
const DEEPEST = 64;

/** A spec that makes sense, and the definition of its name; refuses any other: a spec is foreign data. */
function knownOf(spec: Spec, depth: number): Definition {
  const { name, params, inputs, portable } = Object(spec) as Partial<Spec>;
  if (typeof name !== "string" || typeof params !== "object" || params === null || !Array.isArray(inputs)) {
    throw new ParameterError(`Cannot make something of ${shown(spec)}: wanted a spec, { name, params, inputs }`);
  }
  if (depth > DEEPEST) {
    throw new ParameterError(`Cannot make ${name}: wanted specs in each other at most ${DEEPEST} deep`);
  }
  const definition = definitionOf(name);
  if (portable === false || (!definition && "local" in params)) {
    throw new ParameterError(
      `Cannot make ${name} again from its spec: it stands for what only the process that made it has`,
      "E_NOT_PORTABLE",
    );
  }
  if (definition) return definition;
  const names = CATALOGUE.map(({ name }) => name).join(", ");
  throw new ParameterError(`Cannot make "${name}": there is no such name, wanted a registered one, or one of ${names}`);
}

/** What a spec stands for: logits, where it is of a source, or of an operator on logits. */
function standsFor(spec: Spec, depth: number): "logits" | Kind {
  const { kind } = checkedOf(spec, depth);
  return kind === "source" || (kind === "operator" && spec.inputs.length > 0) ? "logits" : kind;
}

/** The definition of a spec whose inputs, all the way down, are of the kinds that it is built on: nothing is made before. */
export function checkedOf(spec: Spec, depth = 0): Definition {
  const definition = knownOf(spec, depth);
  const { name, kind, inputs = [] } = definition;
  const found = spec.inputs.map((input) => standsFor(input, depth + 1));
  // An operator has the logits that it is on, if any, for its input.
  const wanted = kind === "operator" && inputs instanceof Array ? ["logits", ...inputs].slice(0, found.length) : inputs;
  const fits = wanted instanceof Array
    ? found.length === wanted.length && found.every((one, i) => one === wanted[i])
    : found.every((one) => (wanted as { readonly each: readonly string[] }).each.includes(one));
  if (fits) return definition;
  const words = wanted instanceof Array ? wanted.join(", ") || "nothing" : `any of ${wanted.each.join(", ")}`;
  throw new ParameterError(`Cannot make ${name} of ${found.join(", ")}: wanted ${words}`);
}

/** The kinds that a promise is needed for: they reach outside of the process. */
export const OPENED: readonly Kind[] = ["source", "sink"];
