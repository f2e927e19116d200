import type { Chain } from "../stages/_chain.ts";
import type { Memory, Observed } from "./_memory.ts";
import { type Noise, Purpose } from "../draws/_noise.ts";
import type { Edit, Stage, StageContext } from "../stages/stage.ts";

/** One row under way through a chain. */
export interface Walk {
  /** The stages that are left, without those that have nothing to edit. */
  readonly rest: readonly Stage[];
  readonly vocabulary: number;
  /** How many candidates it begins with, masked ones among them. */
  readonly candidates: number;
  /** Where each of them stands in the chain. */
  readonly places: readonly number[];
  /** What stage i of `rest` knows. */
  context(i: number): StageContext;
  /** The edit of stage i of `rest`, if it has one. */
  edit(i: number): Edit | undefined;
}

/** A chain as one row meets it: what its stages know, and which of them have something to do. */
export class RowChain {
  readonly chain: Chain;
  readonly row: number;
  readonly #memory: Memory;
  readonly #noise: Noise;
  #edits: Map<number, Edit | undefined> | undefined;
  /** What stages have observed, by their place, and in which row: as it came, or edited so many times behind a cut. */
  readonly #observed = new Map<number, { readonly told: Observed; readonly epoch: number }>();

  constructor(chain: Chain, memory: Memory, row: number, noise: Noise) {
    this.chain = chain;
    this.row = row;
    this.#memory = memory;
    this.#noise = noise;
  }

  /** The edits of the stages at the start. */
  leading(): Edit[] {
    const edits: Edit[] = [];
    for (let i = 0; i < this.chain.leading; i++) {
      const edit = this.#edit(i, 0);
      if (edit) edits.push(edit);
    }
    return edits;
  }

  /** Refuses a row that a stage does not fit. */
  check(vocabulary: number): void {
    for (const { checkRow } of this.chain.stages) checkRow?.(vocabulary, this.row);
  }

  /** What stages have observed, by their place, for a token drawn from the row after so many edits. */
  observed(epoch: number): Map<number, Observed> {
    const entries = [...this.#observed].map(([place, seen]): [number, Observed] => [
      place,
      seen.epoch === epoch ? seen.told : (id) => seen.told(id, NaN),
    ]);
    return new Map(entries);
  }

  /** The chain from some stage on, on the row after so many edits behind cuts. */
  walk(from: number, vocabulary: number, epoch: number, candidates = vocabulary): Walk {
    const { stages } = this.chain;
    const places: number[] = [];
    for (let place = from; place < stages.length; place++) if (!this.#isIdle(place, vocabulary)) places.push(place);
    return {
      rest: places.map((place) => stages[place]),
      places,
      vocabulary,
      candidates,
      context: (i) => this.#context(places[i], vocabulary, epoch),
      edit: (i) => this.#edit(places[i], vocabulary),
    };
  }

  /** Whether a stage has nothing to do in this row. */
  #isIdle(place: number, vocabulary: number): boolean {
    const { edit, cut } = this.chain.stages[place];
    return edit !== undefined && cut === undefined && this.#edit(place, vocabulary) === undefined;
  }

  /** A stage's edit of this row: it may take long to make, so it is made once. */
  #edit(place: number, vocabulary: number): Edit | undefined {
    const edits = this.#edits ??= new Map();
    if (!edits.has(place)) edits.set(place, this.chain.stages[place].edit?.(this.#context(place, vocabulary)));
    return edits.get(place);
  }

  #context(place: number, vocabulary: number, epoch = 0): StageContext {
    const { history, prompt, own } = this.#memory;
    return {
      history,
      prompt,
      row: this.row,
      vocabulary,
      own: own[place],
      chance: () => this.#noise.uniform(Purpose.chance, place),
      observe: (told, edited = false) => this.#observed.set(place, { told, epoch: edited ? epoch + 1 : epoch }),
    };
  }
}
