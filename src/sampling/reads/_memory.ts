import { ParameterError, shown, StateFormatError, wholeFault } from "../../core/mod.ts";
import type { Chain } from "../stages/_chain.ts";
import { idsOf, refuse } from "../stages/_refuse.ts";

/** What a stage observed of a token: its probability, given the id and its logit. */
export type Observed = (id: number, logit: number) => number | undefined;

/** What the stages that remember share: the tokens so far, each stage's own numbers, and the step. */
export class Memory {
  readonly #chain: Chain;
  history: number[] = [];
  prompt = 0;
  own: (readonly number[])[];
  step = 0;
  /** What the last draw left for `accept`: by the stage's place. */
  observed: Map<number, Observed> = new Map();
  /** The logits of the tokens that it drew. */
  last: ReadonlyMap<number, number> = new Map();

  constructor(chain: Chain, prompt: readonly number[] = []) {
    this.#chain = chain;
    this.own = [];
    this.reset(prompt);
  }

  reset(prompt: readonly number[]): void {
    this.history = idsOf("sampler", "prompt", prompt);
    this.prompt = this.history.length;
    this.own = this.#chain.stages.map(({ initial }) => initial ?? []);
    this.step = 0;
    this.observed = new Map();
    this.last = new Map();
  }

  accept(id: number): void {
    if (!Number.isSafeInteger(id) || id < 0) refuse("accept", "id", id, "a whole number of at least 0");
    const logit = this.last.get(id) ?? NaN;
    this.own = this.#chain.stages.map((stage, place) =>
      stage.accept ? stage.accept(this.own[place], id, this.observed.get(place)?.(id, logit)) : this.own[place]
    );
    this.history.push(id);
    this.observed = new Map();
    this.last = new Map();
  }

  /** As JSON text; `chain` tells what it belongs to. */
  save(chain: string): string {
    if (this.observed.size > 0) {
      throw new ParameterError(
        "Cannot save the sampler between draw and accept: a stage waits for the token; accept it first",
      );
    }
    const { history, prompt, own, step } = this;
    return JSON.stringify({ format: "sluice sampler 1", chain, history, prompt, own, step });
  }

  load(text: string, chain: string): void {
    const saved = parse(text);
    if (saved.format !== "sluice sampler 1") {
      throw new StateFormatError(
        `Cannot load the sampler: its format is ${shown(saved.format)}, wanted sluice sampler 1`,
      );
    }
    if (saved.chain !== chain) {
      throw new StateFormatError(
        "Cannot load the sampler: it was saved with another chain or seed; a seed is drawn where none is given, and told by `seed`",
        "E_MERGE_MISMATCH",
      );
    }
    const fault = memoryFault(saved, this.own);
    if (fault) throw new StateFormatError(`Cannot load the sampler: it is damaged, ${fault}`);
    const { history, own, prompt, step } = saved as unknown as Saved;
    this.history = history;
    this.own = own;
    this.prompt = prompt;
    this.step = step;
    this.observed = new Map();
    this.last = new Map();
  }

  copyTo(other: Memory): void {
    other.history = [...this.history];
    other.prompt = this.prompt;
    other.own = [...this.own];
    other.step = this.step;
    other.observed = new Map(this.observed);
    other.last = this.last;
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const saved = JSON.parse(text);
    if (saved !== null && typeof saved === "object") return saved;
  } catch {
    // Reported below, as any other damage.
  }
  throw new StateFormatError("Cannot load the sampler: it is not the text that save() gives");
}

interface Saved {
  readonly history: number[];
  readonly own: number[][];
  readonly prompt: number;
  readonly step: number;
}

/** What of a saved memory is none of a chain whose stages have so many numbers of their own. */
function memoryFault(
  { history, own, prompt, step }: Readonly<Record<string, unknown>>,
  stages: readonly (readonly number[])[],
): string | undefined {
  if (!Array.isArray(history)) return `history is ${shown(history)}, wanted a list`;
  if (!Array.isArray(own)) return `own is ${shown(own)}, wanted a list`;
  const fault = wholeFault("prompt", prompt as number, 0, history.length) ??
    wholeFault("step", step as number, 0, Number.MAX_SAFE_INTEGER) ??
    wholeFault("the length of own", own.length, stages.length, stages.length);
  if (fault) return fault;
  const id = history.find((id) => !Number.isSafeInteger(id) || id < 0);
  if (id !== undefined) return `history has ${shown(id)}, wanted ids`;
  const place = stages.findIndex(({ length }, i) => !isNumbers(own[i]) || own[i].length !== length);
  return place < 0
    ? undefined
    : `own has at ${place} ${shown(own[place])}, wanted ${stages[place].length} finite numbers`;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}
