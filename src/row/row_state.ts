import { type Kernels, TILE, TILES } from "../../kernels/mod.ts";
import { StateFormatError } from "../core/mod.ts";
import type { Facts } from "./_facts.ts";
import { Fragment, Part } from "./_part.ts";
import type { ReducerSet } from "./_reducer_set.ts";
import { partOf, type Run, type Values, viewsOf } from "./_run.ts";
import { type FoldData, RowFold } from "./_row_fold.ts";

/** A part as plain data. */
export interface PartData {
  /** First covered id. */
  readonly from: number;
  /** One past the last. */
  readonly to: number;
  /** The logits from `from` to the first tile border, of each stream. */
  readonly head: readonly Values[];
  /** The logits from the last tile border to `to`, of each stream. */
  readonly tail: readonly Values[];
}
/**
 * What has been reduced of one row: the exact sum, each reducer's state, the covered ids, and the logits of partial tiles
 * at their ends. Parts that are cut anywhere merge, in any order, to the bits of one read of the whole.
 *
 * Made by `reduceStates`, `mergeStates` and `loadState`; finished by `finishState`.
 *
 * @example Which ids two parts cover
 * ```ts
 * import { fromArray, maximum, mergeStates, reduceStates } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray([1, 5, 3, 4]);
 * const parts = [];
 * for (const columns of [[0, 1], [2, 4]] as const) {
 *   parts.push(...await Array.fromAsync(reduceStates(logits, { best: maximum() }, { columns })));
 * }
 * const state = mergeStates(parts);
 * assertEquals(state.covered, [[0, 1], [2, 4]]);
 * assertEquals([state.count, state.vocabulary], [3, 4]);
 * ```
 */
export class RowState {
  /** How many logits the whole row has. */
  readonly vocabulary: number;
  /** How the logits are stored and what was done to them before they were reduced, as text. */
  readonly operators: string;
  /** @ignore */
  readonly set: ReducerSet;
  /** @ignore */
  readonly kernels: Kernels;
  #row: number;
  #fold: RowFold;
  #parts: Part[];

  /** @ignore */
  constructor(
    set: ReducerSet,
    kernels: Kernels,
    row: number,
    vocabulary: number,
    data?: { readonly fold: FoldData; readonly parts: readonly PartData[] },
    operators = "",
  ) {
    this.set = set;
    this.kernels = kernels;
    this.vocabulary = vocabulary;
    this.operators = operators;
    this.#row = row;
    this.#fold = new RowFold(set, kernels, row, data?.fold);
    this.#parts = (data?.parts ?? []).map(({ from, to, head, tail }) =>
      new Part(from, to, this.#fragment(head), this.#fragment(tail))
    );
  }

  #fragment(values?: readonly Values[]): Fragment {
    return new Fragment(this.set.levels.length, this.kernels.element === "f64", values);
  }

  /** The source's row number. */
  get row(): number {
    return this.#row;
  }

  /** The covered ids, ascending: `[from, to)` each. */
  get covered(): readonly (readonly [number, number])[] {
    return this.#parts.map(({ from, to }) => [from, to] as const);
  }

  /** How many ids are covered. */
  get count(): number {
    let count = 0;
    for (const { from, to } of this.#parts) count += to - from;
    return count;
  }

  /** @ignore Begins another row with the same reducers, at id `start`. */
  reset(row: number, start: number): void {
    this.#row = row;
    this.#parts.length = Math.min(this.#parts.length, 1);
    this.#parts[0]?.reset(start);
    this.#fold.reset(row);
  }

  /** @ignore Folds the next logits, which lie in the arena. The flow has checked that they follow. */
  extend(run: Run): void {
    const { count, start } = run;
    const part = this.#parts[0] ??= new Part(start, start, this.#fragment(), this.#fragment());
    const end = start + count;
    let done = this.#fill(part, run);
    const stop = end === this.vocabulary ? count : count - Math.min(count - done, end % TILE);
    while (done < stop) {
      const to = Math.min(stop, done + TILES * TILE);
      this.#fold.block(partOf(this.kernels, run, done, to));
      done = to;
    }
    if (done < count) part.tail.append(viewsOf(this.kernels, run, done, count));
    part.to = end;
  }

  /** Tops up the fragment that is open at the part's end; gives how many logits of each stream it took. */
  #fill(part: Part, run: Run): number {
    const { to } = part;
    if (to % TILE === 0) return 0;
    const size = Math.min(run.count, TILE - to % TILE, this.vocabulary - to);
    const fragment = part.open();
    fragment.append(viewsOf(this.kernels, run, 0, size));
    const complete = (to + size) % TILE === 0 || to + size === this.vocabulary;
    if (complete && fragment === part.tail) {
      this.#fold.tile(fragment, to + size - fragment.length);
      fragment.clear();
    }
    return size;
  }

  /** Adds what another state of the same row and reducers holds; nothing of it if that fails. */
  merge(other: RowState): void {
    const merged = RowState.merged([this, other]);
    this.close();
    this.#fold = merged.#fold;
    this.#parts = merged.#parts;
  }

  /** @ignore What several states hold together: at least one, and all stay as they are. Many take no longer than one of as many parts. */
  static merged(states: readonly RowState[]): RowState {
    const [first] = states;
    for (const state of states) first.#checkSame(state);
    for (const { set } of states) set.requireCurrent("merge states");
    const parts = states.flatMap((state) => state.#parts).sort((a, b) => a.from - b.from);
    first.#checkApart(parts);
    const { set, kernels, row, vocabulary, operators } = first;
    const merged = new RowState(set, kernels, row, vocabulary, undefined, operators);
    try {
      for (const state of states) merged.#fold.absorb(state.#fold);
      for (const part of parts) merged.#append(part);
    } catch (error) {
      merged.close();
      throw error;
    }
    return merged;
  }

  /** Adds a copy of a part that begins at or after the end of the last. */
  #append({ from, to, head, tail }: Part): void {
    const part = new Part(from, to, head.followedBy(), tail.followedBy());
    const last = this.#parts.at(-1);
    if (last?.to === from) this.#parts.splice(-1, 1, this.#join(last, part));
    else this.#parts.push(part);
  }

  #checkSame(other: RowState): void {
    const pairs: [string, unknown, unknown][] = [
      ["row", this.row, other.row],
      ["vocabulary", this.vocabulary, other.vocabulary],
      ["backend", this.kernels.backend, other.kernels.backend],
      ["element", this.kernels.element, other.kernels.element],
      ["operators", this.operators || "none", other.operators || "none"],
      ["reducers", this.set.text, other.set.text],
    ];
    for (const [what, mine, theirs] of pairs) {
      if (mine === theirs) continue;
      const hint = what === "backend" ? '; pin one with the option backend, "simd" runs on every machine' : "";
      throw new StateFormatError(
        `Cannot merge states: one has ${what} ${mine}, the other ${theirs}${hint}`,
        "E_MERGE_MISMATCH",
      );
    }
  }

  /** Refuses parts, in order, of which two hold an id. */
  #checkApart(parts: readonly Part[]): void {
    for (let i = 1; i < parts.length; i++) {
      const end = Math.min(parts[i - 1].to, parts[i].to);
      if (parts[i].from >= end) continue;
      throw new StateFormatError(
        `Cannot merge states of row ${this.row}: ids ${parts[i].from} to ${end - 1} are in both`,
        "E_SHARD_OVERLAP",
      );
    }
  }

  /** Joins neighbours; a tile that both hold a piece of is folded once it is whole. */
  #join(left: Part, right: Part): Part {
    const cut = left.to;
    if (cut % TILE === 0) return new Part(left.from, right.to, left.head, right.tail);
    const open = left.open();
    const glued = open.followedBy(right.head);
    if (open === left.head) return new Part(left.from, right.to, glued, right.tail);
    if (right.from + right.head.length < right.headEnd(this.vocabulary)) {
      return new Part(left.from, right.to, left.head, glued);
    }
    this.#fold.tile(glued, cut - open.length);
    return new Part(left.from, right.to, left.head, right.tail);
  }

  /** @ignore What is known of each stream, and each reducer's result. Changes nothing; may be called in the middle of a row. */
  finish(): FinishedRow {
    const whole = this.#parts.every(({ head, tail }) => head.length + tail.length === 0);
    // Logits in fragments count as well, and still wait for the rest of their tiles: they are folded into a copy.
    const fold = whole ? this.#fold : this.#fold.clone();
    try {
      for (const { from, to, head, tail } of this.#parts) {
        if (head.length > 0) fold.tile(head, from);
        if (tail.length > 0) fold.tile(tail, to - tail.length);
      }
      const facts = fold.facts(this.count, this.vocabulary);
      return { facts, results: fold.results(facts), fold };
    } finally {
      if (!whole) fold.close();
    }
  }

  /** @ignore Gives back what it has of the arena: its sums are gone, the reducers' states are not. */
  close(): void {
    this.#fold.close();
  }

  /** @ignore The content as plain data: live state, not a copy. */
  data(): { readonly fold: FoldData; readonly parts: readonly PartData[] } {
    const parts = this.#parts.map(({ from, to, head, tail }) => ({
      from,
      to,
      head: head.values(),
      tail: tail.values(),
    }));
    return { fold: this.#fold.data(), parts };
  }
}

/** @ignore What a row gives at its end. */
export interface FinishedRow {
  /** What is known of each stream. */
  readonly facts: readonly Facts[];
  /** The reducers' results, in their order. */
  readonly results: unknown[];
  /** What they were made from: the reducers' states, which may want a second read. Its sums may be gone. */
  readonly fold: RowFold;
}
