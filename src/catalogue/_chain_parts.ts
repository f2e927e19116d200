import { type Definition, registered } from "../core/mod.ts";
import { OPERATORS } from "../operators/inside.ts";
import { STAGES } from "../sampling/inside.ts";

/** Operators that are none of a chain: one changes no logit, the other is `withTemperature` there, which may stand anywhere. */
const LEFT_OUT = ["rechunk", "temperature"];

/** What may stand in a sampler's chain, by name: all stages, and the operators that edit logits. */
export const CHAIN_PARTS: readonly Definition[] = [
  ...STAGES,
  ...OPERATORS.filter(({ name }) => !LEFT_OUT.includes(name)),
];

/** Other names of stages, as chains are written down. */
export const OTHER_NAMES: Readonly<Record<string, string>> = { temperature: "withTemperature" };

/** The stage or operator of a name in a chain, a registered one too; `undefined` if there is none. */
export function chainPartOf(name: string): Definition | undefined {
  const own = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : name;
  return CHAIN_PARTS.find((part) => part.name === own) ?? registeredPart(name);
}

function registeredPart(name: string): Definition | undefined {
  const definition = registered(name);
  return definition && ["stage", "operator"].includes(definition.kind) ? definition : undefined;
}
