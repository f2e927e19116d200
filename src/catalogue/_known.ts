import { type Definition, type Kind, ParameterError, shown, type Spec } from "../core/mod.ts";
import { CATALOGUE } from "./catalogue.ts";
import { definitionOf } from "./definition_of.ts";

/** How deep specs may lie in each other: deeper than any flow, shallow enough for the stack. */
const DEEPEST = 64;

/** A spec that makes sense, and the definition of its name; refuses any other: a spec is foreign data. */
export function knownOf(spec: Spec, depth = 0): Definition {
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

/** The kinds that a promise is needed for: they reach outside of the process. */
export const OPENED: readonly Kind[] = ["source", "sink"];
