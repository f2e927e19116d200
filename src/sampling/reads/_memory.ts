// What a sampler remembers from row to row, as text too.
import { checkOption, ParameterError, shown, StateFormatError, wholeFault } from "../../core/mod.ts";
import type { Chain } from "../stages/_chain.ts";
import { refuse } from "../stages/_refuse.ts";

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

/** A memory as a spec has it. */
export interface Remembered {
  /** The tokens so far: the prompt, then what was accepted. */
  readonly history: readonly number[];
  /** How many of them are the prompt. */
  readonly prompt: number;
  /** Each stage's own numbers; as they are at the start when absent. */
  readonly own?: readonly (readonly number[])[] | undefined;
  /** The next step. */
  readonly step: number;
}

/** A prompt, checked and copied. */
export function promptOf(prompt: Iterable<number>): readonly number[] {
  return checkOption("sampler", "prompt", { type: "ids", help: "" }, prompt);
}

/** What the stages that remember share: the tokens so far, each stage's own numbers, and the step. */
export class Memory {
  readonly #chain: Chain;
  history: number[];
  prompt: number;
  own: readonly (readonly number[])[];
  step: number;
  last = NO_DRAW;

  /** Refuses what is no memory of this chain. */
  constructor(chain: Chain, { history, prompt, own, step }: Remembered) {
    const initial = initialOf(chain), most = history.length;
    if (prompt > most) {
      refuse("sampler", "prompt", prompt, `how many ids of its history are the prompt, at most ${most}`);
    }
    const fault = own && ownFault(own, initial);
    if (fault) refuse("sampler", "own", own, `the numbers of its stages: ${fault}`);
    this.#chain = chain;
    this.history = [...history];
    this.prompt = prompt;
    this.own = own ?? initial;
    this.step = step;
  }

  reset(prompt: readonly number[]): void {
    this.history = [...promptOf(prompt)];
    this.prompt = this.history.length;
    this.own = initialOf(this.#chain);
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

function initialOf({ stages }: Chain): readonly (readonly number[])[] {
  return stages.map(({ initial }) => initial ?? []);
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
    wholeFault("step", step as number, 0, Number.MAX_SAFE_INTEGER);
  if (fault) return fault;
  const id = history.find((id) => !Number.isSafeInteger(id) || id < 0);
  return id === undefined ? ownFault(own, stages) : `history has ${shown(id)}, wanted ids`;
}

/** What of the stages' numbers is none of a chain whose stages have these at the start. */
function ownFault(own: readonly unknown[], stages: readonly (readonly number[])[]): string | undefined {
  const fault = wholeFault("the length of own", own.length, stages.length, stages.length);
  if (fault) return fault;
  const place = stages.findIndex(({ length }, i) => !hasNumbers(own[i], length));
  return place < 0
    ? undefined
    : `own has at ${place} ${shown(own[place])}, wanted ${stages[place].length} finite numbers`;
}

function hasNumbers(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every(Number.isFinite);
}
