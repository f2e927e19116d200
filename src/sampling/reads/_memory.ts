// What a sampler remembers from row to row, as text too.
import { ParameterError, shown, StateFormatError, wholeFault } from "../../core/mod.ts";
import type { Chain } from "../stages/_chain.ts";
import { checkedIds, refuse } from "../stages/_refuse.ts";

/** What a stage observed of a token: its probability, given the id and its logit. */
export type Observed = (id: number, logit: number) => number | undefined;

/** What a draw leaves for `accept`. */
export interface LastDraw {
  /** What the stages observed, by their place. */
  readonly observed: ReadonlyMap<number, Observed>;
  /** The logits of the tokens that were drawn. */
  readonly logits: ReadonlyMap<number, number>;
}

const NO_DRAW: LastDraw = { observed: new Map(), logits: new Map() };

/** What the stages that remember share: the tokens so far, each stage's own numbers, and the step. */
export class Memory {
  readonly #chain: Chain;
  history: number[] = [];
  prompt = 0;
  own: (readonly number[])[] = [];
  step = 0;
  last = NO_DRAW;

  constructor(chain: Chain, prompt: readonly number[] = []) {
    this.#chain = chain;
    this.reset(prompt);
  }

  reset(prompt: readonly number[]): void {
    this.history = checkedIds("sampler", "prompt", prompt);
    this.prompt = this.history.length;
    this.own = this.#chain.stages.map(({ initial }) => initial ?? []);
    this.step = 0;
    this.last = NO_DRAW;
  }

  accept(id: number): void {
    if (!Number.isSafeInteger(id) || id < 0) refuse("accept", "id", id, "a whole number of at least 0");
    const { observed, logits } = this.last, logit = logits.get(id) ?? NaN;
    this.own = this.#chain.stages.map((stage, place) =>
      stage.accept ? stage.accept(this.own[place], id, observed.get(place)?.(id, logit)) : this.own[place]
    );
    this.history.push(id);
    this.last = NO_DRAW;
  }

  /** As JSON text; `chain` tells what it belongs to. */
  save(chain: string): string {
    if (this.last.observed.size > 0) {
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
    const { history, own, prompt, step } = saved;
    Object.assign(this, { history, own, prompt, step, last: NO_DRAW });
  }

  copyTo(other: Memory): void {
    const { history, own, prompt, step, last } = this;
    Object.assign(other, { history: [...history], own: [...own], prompt, step, last });
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
