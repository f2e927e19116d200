import { checkOption, optionsOf } from "../core/mod.ts";

/** How a likelihood term is added: its weight, and of what it is. */
export interface Sft {
  /** What it is multiplied by. */
  readonly weight: number;
  /** Of all tokens together, or of one on average. */
  readonly of: "sum" | "mean";
}

const WEIGHT = { type: "number", least: 0, help: "its weight" } as const;
const OF = { type: "choice", words: ["sum", "mean"], help: "of all tokens, or of one on average" } as const;

/** The option's value, checked: a number is the weight of the sum. */
export function readSft(what: string, name: string, value: unknown): Sft {
  if (typeof value !== "object" || value === null) {
    return { weight: checkOption(what, name, WEIGHT, value), of: "sum" };
  }
  const { weight, of } = optionsOf(`${what}'s ${name}`, value as Partial<Sft>, ["weight!", "of!"]);
  return {
    weight: checkOption(`${what}'s ${name}`, "weight", WEIGHT, weight),
    of: checkOption(`${what}'s ${name}`, "of", OF, of),
  };
}
