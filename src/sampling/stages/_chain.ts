// A chain as a user writes it, checked, and what can be told of it before any read.
import { type Operator, ParameterError, shown, type Spec } from "../../core/mod.ts";
import type { Stage } from "./stage.ts";
import { divisorFor } from "./_temperature.ts";
import { withTemperature } from "./with_temperature.ts";

/** How many of the best tokens a read holds where a chain may cut anywhere. */
export const BEST = 256;

/** A chain, taken apart: what is edited before the sweep, and what works on its findings. */
export interface Chain {
  readonly stages: readonly Stage[];
  /** How many stages at the start edit the logits as the row is read. */
  readonly leading: number;
}

/** Stages from what a user writes: operators become stages. */
export function chainOf(parts: readonly (Stage | Operator)[]): Chain {
  if (!Array.isArray(parts)) {
    throw new ParameterError(`Cannot make a sampler: its chain is ${shown(parts)}, wanted a list of stages`);
  }
  const stages = parts.map(asStage);
  const cut = stages.findIndex((stage) => stage.edit === undefined);
  return { stages, leading: cut < 0 ? stages.length : cut };
}

function asStage(part: Stage | Operator): Stage {
  const known = typeof part === "object" && part !== null;
  if (
    known && ["edit", "cut"].some((name) => typeof (part as unknown as Record<string, unknown>)[name] === "function")
  ) {
    return part as Stage;
  }
  const operator = part as Operator;
  if (!known || typeof operator.apply !== "function" || operator.reshapes) {
    const found = operator?.spec?.name ?? shown(part);
    throw new ParameterError(
      `Cannot use ${found} in a chain: wanted a stage or an operator, as their factories make them`,
    );
  }
  const { temperature } = operator.spec.params;
  if (operator.spec.name === "temperature" && typeof temperature === "number") return withTemperature(temperature);
  return {
    spec: operator.spec,
    edit: () => operator,
    check: (vocabulary) => operator.check?.({ rows: undefined, vocabulary, dtype: "f32" }),
  };
}

/** The specs of a chain. */
export function specsOf({ stages }: Chain): readonly Spec[] {
  return stages.map(({ spec }) => spec);
}

/** The first stage after which so few tokens are left, but for ties, that they are all held. */
export function closingOf(rest: readonly Stage[]): number {
  return rest.findIndex(({ most, mostWithoutTies }) => (most ?? mostWithoutTies ?? Infinity) <= BEST);
}

/** By what the rest of a chain divides the logits in the end; `undefined` if it does more to them than that. */
export function divisorOf(rest: readonly Stage[], wide: boolean): number | undefined {
  let all = 1;
  for (const { divisor, edit, edits } of rest) {
    if (divisor !== undefined) all *= divisorFor(divisor, wide);
    else if (edit || edits) return undefined;
  }
  return all;
}
