import { type Kernels, TILE, TILES } from "../../kernels/mod.ts";
import { type RowFacts, StateFormatError } from "../core/mod.ts";
import { Fragment, Part, type Values } from "./_part.ts";
import type { ReducerSet } from "./_reducer_set.ts";
import { type FoldData, RowFold, viewOf } from "./_row_fold.ts";

/** A part as plain data. */
export interface PartData {
  /** First covered id. */
  readonly from: number;
  /** One past the last. */
  readonly to: number;
  /** The logits from `from` to the first tile border. */
  readonly head: Float32Array | Float64Array;
  /** The logits from the last tile border to `to`. */
  readonly tail: Float32Array | Float64Array;
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
    const wide = kernels.element === "f64";
    this.set = set;
    this.kernels = kernels;
    this.vocabulary = vocabulary;
    this.operators = operators;
    this.#row = row;
    this.#fold = new RowFold(set, kernels, row, data?.fold);
    this.#parts = (data?.parts ?? []).map(({ from, to, head, tail }) =>
      new Part(from, to, new Fragment(wide, head), new Fragment(wide, tail))
    );
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

  /** @ignore Folds the next `count` logits, which lie in the arena at `at`. The engine has checked that they follow. */
  extend(at: number, count: number, start: number): void {
    const bytes = this.kernels.element === "f64" ? 8 : 4;
    const part = this.#parts[0] ?? (this.#parts[0] = Part.at(start, this.kernels.element === "f64"));
    let done = this.#fill(part, at, count);
    const end = start + count;
    const stop = end === this.vocabulary ? count : count - Math.min(count - done, end % TILE);
    while (done < stop) {
      const size = Math.min(stop - done, TILES * TILE);
      this.#fold.block(at + done * bytes, size, start + done);
      done += size;
    }
    if (done < count) part.tail.append(viewOf(this.kernels, at + done * bytes, count - done));
    part.to = end;
  }

  /** Tops up the fragment that is open at the part's end; gives how many logits it took. */
  #fill(part: Part, at: number, count: number): number {
    const { to } = part;
    if (to % TILE === 0) return 0;
    const size = Math.min(count, TILE - to % TILE, this.vocabulary - to);
    const fragment = part.open();
    fragment.append(viewOf(this.kernels, at, size));
    const complete = (to + size) % TILE === 0 || to + size === this.vocabulary;
    if (complete && fragment === part.tail) {
      this.#fold.tile(fragment.values(), to + size - fragment.length);
      fragment.clear();
    }
    return size;
  }

  /** Adds what another state of the same row and reducers holds. */
  merge(other: RowState): void {
    this.mergeAll([other]);
  }

  /** @ignore Adds what all of them hold, or nothing if one does not fit: many take no longer than one with as many parts. */
  mergeAll(others: readonly RowState[]): void {
    for (const other of others) this.#checkSame(other);
    const parts = [this, ...others].flatMap((state) => state.#parts).sort((a, b) => a.from - b.from);
    this.#checkApart(parts);
    for (const other of others) this.#fold.absorb(other.#fold);
    const wide = this.kernels.element === "f64";
    this.#parts = [];
    for (const { from, to, head, tail } of parts) {
      const part = new Part(from, to, new Fragment(wide, head.values()), new Fragment(wide, tail.values()));
      const last = this.#parts.pop();
      if (last?.to === from) this.#parts.push(this.#join(last, part));
      else this.#parts.push(...(last ? [last] : []), part);
    }
  }

  #checkSame(other: RowState): void {
    const pairs: [string, unknown, unknown][] = [
      ["row", this.row, other.row],
      ["vocabulary", this.vocabulary, other.vocabulary],
      ["backend", this.kernels.backend, other.kernels.backend],
      ["element", this.kernels.element, other.kernels.element],
      ["operators", this.operators || "none", other.operators || "none"],
      ["reducers", this.set.text(), other.set.text()],
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
    this.#fold.tile(glued.values(), cut - open.length);
    return new Part(left.from, right.to, left.head, right.tail);
  }

  /** A fold that also holds the fragments; the fold itself where there are none. */
  #folded(): RowFold {
    if (this.#parts.every(({ head, tail }) => head.length + tail.length === 0)) return this.#fold;
    const copy = this.#fold.clone();
    for (const { from, to, head, tail } of this.#parts) {
      if (head.length > 0) copy.tile(head.values(), from);
      if (tail.length > 0) copy.tile(tail.values(), to - tail.length);
    }
    return copy;
  }

  /** @ignore The row's facts and each reducer's result. Changes nothing; may be called in the middle of a row. */
  finish(): { readonly facts: RowFacts; readonly results: unknown[]; readonly fold: RowFold } {
    const fold = this.#folded();
    const facts = fold.facts(this.count, this.vocabulary);
    return { facts, results: fold.results(facts), fold };
  }

  /** @ignore The content as plain data: live state, not a copy. */
  data(): { readonly fold: FoldData; readonly parts: readonly PartData[] } {
    const parts = this.#parts.map(({ from, to, head, tail }) => ({
      from,
      to,
      head: head.values() as Values,
      tail: tail.values() as Values,
    }));
    return { fold: this.#fold.data(), parts };
  }
}
