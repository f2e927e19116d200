import { TILE } from "../../kernels/mod.ts";
import type { Chunk, Logits, RowFacts, SweptRow } from "../core/mod.ts";
import {
  type Asking,
  askingAfter,
  type FinishedRow,
  type ReducerSet,
  requireValid,
  RowState,
  settle,
  type StagedRun,
  TileRow,
} from "../row/inside.ts";
import { checkReads, type Flow } from "./_flow.ts";
import type { FlowOptions } from "./flow_options.ts";

/** Where finished rows go. */
export interface RowTarget {
  /** Takes a row: what is known of it, the reducers' results in order, and how often it was read. */
  take(facts: readonly RowFacts[], results: readonly unknown[], reads: number): void;
  /** Takes a row of one tile, which the reducers are to answer themselves: for a target that wants numbers, and no objects. */
  takeTile?(row: SweptRow): void;
}

/** A row at its end that must be read again, and not all of which lies in the arena. */
interface WaitingRow extends FinishedRow {
  readonly asking: Asking;
}

/** The loop: chunks in, rows out. */
export class ReduceWork {
  readonly #state: RowState;
  /** The row in hand, where rows are one tile and all reducers can answer at once. */
  readonly #tile: TileRow | undefined;
  /** Of the pull that is under way. */
  #target!: RowTarget;
  /** How many rows there are, as far as is known. */
  #rows = 1;
  /** Rows that were handed on since the last pull. */
  #done = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    readonly set: ReducerSet,
    readonly flow: Flow,
    readonly logits: Logits,
    readonly options: FlowOptions,
  ) {
    const { vocabulary } = logits.shape;
    this.#state = new RowState(set, flow.kernels, flow.rows[0], vocabulary);
    const { columns: [from, to] } = flow;
    if (TileRow.suits(set) && vocabulary <= TILE && to - from === vocabulary) {
      this.#tile = new TileRow(flow.kernels, set.levels[0]);
    }
  }

  /** Reads until at least one row is done; `false` at the end. */
  async pull(target: RowTarget): Promise<boolean> {
    if (this.#failure) throw this.#failure.error;
    this.#target = target;
    this.#done = 0;
    try {
      while (this.#done === 0) {
        const chunk = await this.flow.next();
        if (!chunk) return this.#end();
        for (let offset = 0; offset < chunk.data.length;) {
          const pass = this.#pass(chunk, offset);
          if (pass.waiting) await this.#readAgain(pass.waiting, chunk);
          offset = pass.offset;
        }
        await this.flow.replay?.keep(chunk);
      }
    } catch (error) {
      // A stream that errors drops what is queued: the rows before the error go first.
      if (this.#done === 0) throw error;
      this.#failure = { error };
    }
    return true;
  }

  /** Folds the runs of a chunk, up to a row that there is something to wait for. */
  #pass(
    chunk: Chunk,
    from: number,
  ): { readonly offset: number; readonly waiting: WaitingRow | undefined } {
    const { columns, staging } = this.flow;
    let waiting: WaitingRow | undefined;
    if (this.#inBatches) from = this.#passTiles(chunk, from);
    const offset = staging.pass(chunk, columns, from, (run) => {
      if (run.start === columns[0]) {
        this.#rows = run.row + 1;
        if (run.count === columns[1] && this.#takeTile(run)) return true;
        this.#state.reset(run.row, run.start);
      }
      this.#state.extend(run);
      if (run.start + run.count < columns[1]) return true;
      waiting = this.#finish(run);
      // After a row of its own kind there may be tiles again.
      return waiting === undefined && !this.#inBatches;
    }, { undivided: !this.#byTile });
    return { offset, waiting };
  }

  /** Whether rows are tiles that can be answered at once; those must be divided already. */
  get #byTile(): boolean {
    return this.#tile !== undefined && this.#target.takeTile !== undefined;
  }

  get #inBatches(): boolean {
    return this.#byTile && this.#tile!.inBatches;
  }

  /** Hands on the rows at a chunk's front that are whole, and tiles that can be answered at once; gives the offset behind them. */
  #passTiles(chunk: Chunk, from: number): number {
    const { vocabulary } = this.logits.shape;
    return this.flow.staging.passRows(chunk, vocabulary, from, (rows) => {
      const done = this.#tile!.sweepMany(rows, vocabulary, (row) => this.#target.takeTile!(row));
      this.#rows = rows.row + done;
      this.#done += done;
      return done;
    });
  }

  /** Hands a row on that is one tile, if it can be answered at once. */
  #takeTile(run: StagedRun): boolean {
    if (!this.#byTile || !this.#tile!.sweep(run)) return false;
    this.#target.takeTile!(this.#tile!);
    this.#done++;
    return true;
  }

  #take(facts: readonly RowFacts[], results: readonly unknown[], reads: number): void {
    this.#target.take(facts, results, reads);
    this.#done++;
  }

  /** Ends a row: it is handed on, or must wait for its second read. */
  #finish(run: StagedRun): WaitingRow | undefined {
    const finished = this.#state.finish();
    const { facts, results } = finished;
    if (this.options.onInvalid === "throw") requireValid(facts, undefined);
    let asking = this.set.maySecond ? askingAfter(finished, undefined) : undefined;
    if (asking && run.start !== this.flow.columns[0]) return { ...finished, asking };
    let reads = 1;
    for (; asking; reads++) {
      this.#allow(reads + 1);
      const again = this.#open(asking, run.row);
      again.extend(run);
      asking = settle(asking, again.finish(), results, undefined);
    }
    this.#take(facts, results, reads);
    return undefined;
  }

  /** The further reads of a row that began in an earlier chunk. */
  async #readAgain({ facts, results, asking: first }: WaitingRow, chunk: Chunk): Promise<void> {
    const [{ index }] = facts;
    const { columns, replay, staging } = this.flow;
    let reads = 1;
    for (let asking: Asking | undefined = first; asking; reads++) {
      this.#allow(reads + 1);
      const again = this.#open(asking, index);
      for await (const piece of replay!.chunks(index, chunk)) {
        staging.pass(piece, columns, 0, (run) => (again.extend(run), true), { undivided: true });
      }
      asking = settle(asking, again.finish(), results, undefined);
    }
    this.#take(facts, results, reads);
  }

  #open({ set }: Asking, row: number): RowState {
    return new RowState(set, this.flow.kernels, row, this.logits.shape.vocabulary);
  }

  #allow(reads: number): void {
    checkReads(reads, this.options.reads ?? this.set.mostReads);
  }

  /** Where only now it is known how many rows there are, the reducers may still refuse their number. */
  #end(): false {
    const { vocabulary, rows } = this.logits.shape;
    if (rows === undefined && this.options.rows === undefined) {
      this.set.check({ vocabulary, rows: this.#rows, dtype: this.logits.shape.dtype });
    }
    return false;
  }
}
