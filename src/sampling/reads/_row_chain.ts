// What the stages of a chain know of one row.
import type { Chain } from "../stages/_chain.ts";
import type { Memory, Observed } from "./_memory.ts";
import { type Noise, Purpose } from "../draws/_noise.ts";
import type { Edit, StageContext } from "../stages/stage.ts";

/** A chain as one row meets it: what its stages know, what they edit, and what they have observed. */
export class RowChain {
  readonly chain: Chain;
  readonly row: number;
  readonly #memory: Memory;
  readonly #noise: Noise;
  #edits: Map<number, Edit | undefined> | undefined;
  #leadingEdits: readonly Edit[] | undefined;
  /** What stages have observed, by their place, and in which row: as it came, or edited so many times behind a cut. */
  readonly #observed = new Map<number, { readonly probability: Observed; readonly edited: number }>();

  constructor(chain: Chain, memory: Memory, row: number, noise: Noise) {
    this.chain = chain;
    this.row = row;
    this.#memory = memory;
    this.#noise = noise;
  }

  /** The edits of the stages at the start. */
  get leadingEdits(): readonly Edit[] {
    const { stages, leading } = this.chain;
    return this.#leadingEdits ??= stages.slice(0, leading).flatMap((_, place) => this.edit(place, 0) ?? []);
  }

  /** Refuses a row that a stage does not fit. */
  check(vocabulary: number): void {
    for (const { checkRow } of this.chain.stages) checkRow?.(vocabulary, this.row);
  }

  /** What stages have observed, by their place, for a token drawn from the row after so many edits behind cuts. */
  observed(edited: number): Map<number, Observed> {
    const entries = [...this.#observed].map(([place, seen]): [number, Observed] => [
      place,
      // In a row edited otherwise a token had another logit.
      seen.edited === edited ? seen.probability : (id) => seen.probability(id, NaN),
    ]);
    return new Map(entries);
  }

  /** A stage's edit of this row: it may take long to make, so it is made once. */
  edit(place: number, vocabulary: number): Edit | undefined {
    const edits = this.#edits ??= new Map();
    if (!edits.has(place)) edits.set(place, this.chain.stages[place].edit?.(this.context(place, vocabulary)));
    return edits.get(place);
  }

  /** What the stage at a place knows. `edited`: how many times the row was edited behind a cut. */
  context(place: number, vocabulary: number, edited = 0): StageContext {
    const { history, prompt, own } = this.#memory;
    return {
      history,
      prompt,
      row: this.row,
      vocabulary,
      own: own[place],
      chance: () => this.#noise.uniform(Purpose.chance, place),
      observe: (probability, next = false) => {
        this.#observed.set(place, { probability, edited: next ? edited + 1 : edited });
      },
    };
  }
}
