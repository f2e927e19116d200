import { ParameterError, StateFormatError } from "../core/mod.ts";
import type { Chain } from "./_chain.ts";
import { checkTokens, refuse } from "./_refuse.ts";

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
    checkTokens("sampler", "prompt", prompt);
    this.history = [...prompt];
    this.prompt = prompt.length;
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
      throw new StateFormatError(`Cannot load the sampler: its format is ${saved.format}, wanted sluice sampler 1`);
    }
    if (saved.chain !== chain) {
      throw new StateFormatError(
        "Cannot load the sampler: it was saved with another chain or seed",
        "E_MERGE_MISMATCH",
      );
    }
    const { history, own } = saved as { history: unknown; own: unknown };
    const whole = isNumbers(history) && Array.isArray(own) && own.length === this.own.length &&
      own.every((numbers, i) => isNumbers(numbers) && numbers.length === this.own[i].length) &&
      history.every((id) => Number.isSafeInteger(id) && id >= 0) && isCount(saved.prompt) && isCount(saved.step) &&
      (saved.prompt as number) <= history.length;
    if (!whole) throw new StateFormatError("Cannot load the sampler: its content is damaged");
    this.history = history;
    this.own = own as number[][];
    this.prompt = saved.prompt as number;
    this.step = saved.step as number;
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

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
