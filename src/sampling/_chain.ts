import { type Operator, ParameterError, type Spec } from "../core/mod.ts";
import type { Wanted } from "./_findings.ts";
import type { Stage } from "./stage.ts";
import { withTemperature } from "./with_temperature.ts";

/** How many of the best tokens a read holds where a chain may cut anywhere. */
export const BEST = 256;

/** A chain, taken apart: what is edited before the sweep, and what works on its findings. */
export interface Chain {
  readonly stages: readonly Stage[];
  /** How many stages at the start edit the logits as the row is read. */
  readonly leading: number;
  /** What the first read must find out, once that has been worked out. */
  wanted?: Wanted;
}

/** Stages from what a user writes: operators become stages. */
export function chainOf(parts: readonly (Stage | Operator)[]): Chain {
  if (!Array.isArray(parts)) throw new ParameterError("Cannot make a sampler: its chain is not a list of stages");
  const stages = parts.map(stageOf);
  const cut = stages.findIndex((stage) => stage.edit === undefined);
  return { stages, leading: cut < 0 ? stages.length : cut };
}

function stageOf(part: Stage | Operator): Stage {
  if (typeof part === "object" && part !== null && ("edit" in part || "cut" in part)) return part as Stage;
  const operator = part as Operator;
  if (typeof operator?.apply !== "function" || operator.reshapes) {
    throw new ParameterError(
      `Cannot use ${operator?.spec?.name ?? typeof part} in a chain: wanted a stage or an operator`,
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

/** What a read must find out for the stages that are left. */
export function wantedFor(
  rest: readonly Stage[],
  { details, draws, raw }: { details: boolean; draws: number; raw: number },
): Wanted {
  const closing = rest.findIndex(({ most }) => most !== undefined && most <= BEST);
  const open = closing < 0 ? rest : rest.slice(0, closing);
  const entropy = details || open.some(({ needs }) => needs === "entropy");
  const first = closing === 0 ? rest[0].most! : BEST;
  return {
    level: entropy ? "moments" : closing === 0 ? "maximum" : "sum",
    best: rest.length === 0 ? (draws === 1 ? 0 : BEST) : first,
    race: closing < 0,
    sketch: open.some((stage) => stage.divisor === undefined),
    moments: open.length > 0 && open[0].needs === "moments",
    raw,
    masked: details || open.some(({ counts }) => counts === true),
  };
}
