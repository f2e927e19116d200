// Runs the stages that are left of a chain.
import { InvalidLogit } from "../cuts/_interrupts.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";
import { FEW } from "../cuts/_rungs.ts";
import { isSpan } from "../cuts/_rung.ts";
import { windowEdit } from "../cuts/_window_edit.ts";
import { divideEdit } from "../stages/_temperature.ts";
import type { Edit, Stage } from "../stages/stage.ts";
import type { RowChain } from "./_row_chain.ts";

/** A read that the chain asks for before it can go on: of the row after further edits. */
export interface EditedRead {
  /** To be applied after the edits of this read. */
  readonly edits: readonly Edit[];
  /** The place in the chain from which it goes on. */
  readonly from: number;
  /** How many candidates there were, masked ones among them. */
  readonly candidates: number;
}

/** The stages of a chain that are still to be run on a row, without those that have nothing to edit in it. */
export class RemainingStages {
  readonly stages: readonly Stage[];
  readonly #places: readonly number[];

  constructor(
    readonly chain: RowChain,
    /** The place in the chain from which on they stand. */
    from: number,
    readonly vocabulary: number,
    /** How many times the row was edited behind a cut. */
    readonly edited: number,
    /** How many candidates they begin with, masked ones among them. */
    readonly candidates = vocabulary,
  ) {
    const { stages } = chain.chain;
    this.#places = stages.map((_, place) => place).filter((place) => {
      const { edit, cut } = stages[place];
      return place >= from && (!edit || cut || chain.edit(place, vocabulary));
    });
    this.stages = this.#places.map((place) => stages[place]);
  }

  /** Runs them on a ladder: it narrows. Gives the read that must come before they can go on, if one must. */
  run(ladder: RungLadder): EditedRead | undefined {
    ladder.slots = this.candidates;
    for (let i = 0; i < this.stages.length && ladder.rungs.length > 0; i++) {
      if (i > 0 || this.vocabulary <= FEW) ladder.listFew();
      // What is edited is edited one by one, if all that is kept equals one of few tokens.
      const { exact, cut } = this.stages[i];
      if (exact || !cut) ladder.listBest(FEW);
      // What a stage looks at may be listed only for that.
      const { listed } = ladder, edits = this.#editsOf(i, ladder);
      ladder.anchor();
      if (edits.length === 0) continue;
      if (!listed) return this.#editedRead(ladder, edits, i + 1);
      editListed(ladder, edits, this.chain.row);
    }
  }

  /** Runs stage i; gives the edits that it asks for. */
  #editsOf(i: number, ladder: RungLadder): readonly Edit[] {
    const { stages, chain, vocabulary, edited } = this, place = this.#places[i];
    if (stages[i].cut) return stages[i].cut!(ladder, chain.context(place, vocabulary, edited))?.edits ?? [];
    const edit = chain.edit(place, vocabulary);
    return edit ? [edit] : [];
  }

  /** The edits of a stage, with those of the stages behind it that do nothing else. `next`: the first of those. */
  #editedRead(ladder: RungLadder, edits: readonly Edit[], next: number): EditedRead {
    const { stages, chain, vocabulary } = this;
    const all = [
      ...(ladder.whole ? [] : [windowEdit(ladder.rungs)]),
      ...(ladder.divisor === 1 ? [] : [divideEdit(ladder.divisor)]),
      ...edits,
    ];
    for (; !stages[next - 1].cut && next < stages.length && !stages[next].cut; next++) {
      all.push(chain.edit(this.#places[next], vocabulary)!);
    }
    return { edits: all, from: this.#places[next - 1] + 1, candidates: ladder.candidates };
  }
}

/** Applies edits to the listed tokens, one by one. */
function editListed(ladder: RungLadder, edits: readonly Edit[], row: number): void {
  const values = new Float64Array(1);
  ladder.rewrite((x, id) => {
    values[0] = x;
    for (const edit of edits) edit.apply({ values, row, start: id });
    if (!(values[0] < Infinity)) throw new InvalidLogit(Number.isNaN(values[0]) ? "nan" : "infinity");
    return values[0];
  });
  // What an edit masks is a candidate still.
  ladder.slots = ladder.candidates;
  ladder.rungs = ladder.rungs.filter((rung) => isSpan(rung) || rung.upper > -Infinity);
}
