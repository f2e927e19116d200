import {
  type Asking,
  askingAfter,
  type FinishedRow,
  type ReducerSet,
  requireValid,
  RowState,
  settle,
} from "../row/inside.ts";
import type { Run } from "../row/inside.ts";
import type { AlignedFlow } from "./_aligned_flow.ts";
import { checkReads } from "./_flow.ts";
import type { RowTarget } from "./_reduce_work.ts";
import type { FlowOptions } from "./flow_options.ts";

/** A row at its end that must be read again, and not all of which lies in the arena. */
interface WaitingRow extends FinishedRow {
  readonly asking: Asking;
}

/** The loop over several streams: chunks of each in, rows out. */
export class AlignedWork {
  readonly #set: ReducerSet;
  readonly #flow: AlignedFlow;
  readonly #vocabulary: number;
  readonly #options: FlowOptions;
  readonly #state: RowState;
  #failure: { readonly error: unknown } | undefined;

  constructor(set: ReducerSet, flow: AlignedFlow, vocabulary: number, options: FlowOptions) {
    this.#set = set;
    this.#flow = flow;
    this.#vocabulary = vocabulary;
    this.#options = options;
    this.#state = new RowState(set, flow.kernels, flow.rows[0], vocabulary);
  }

  /** Reads until at least one row is done; `false` at the end. */
  async pull(target: RowTarget): Promise<boolean> {
    if (this.#failure) throw this.#failure.error;
    let done = 0;
    const counted: RowTarget = {
      take(facts, results, reads) {
        target.take(facts, results, reads);
        done++;
      },
    };
    try {
      while (done === 0) {
        if (!await this.#flow.runs.fill()) return this.#end();
        const waiting = this.#pass(counted);
        if (waiting) await this.#readAgain(waiting, counted);
      }
    } catch (error) {
      // A stream that errors drops what is queued: the rows before the error go first.
      if (done === 0) throw error;
      this.#failure = { error };
    }
    return true;
  }

  /** Folds the runs in hand, up to a row that there is something to wait for. */
  #pass(target: RowTarget): WaitingRow | undefined {
    const { columns, runs } = this.#flow;
    let waiting: WaitingRow | undefined;
    runs.pass((run) => {
      if (run.start === columns[0]) this.#state.reset(run.row, run.start);
      this.#state.extend(run);
      if (run.start + run.count < columns[1]) return true;
      waiting = this.#finish(run, target);
      return waiting === undefined;
    });
    return waiting;
  }

  /** Ends a row: it is handed on, or must wait for its second read. */
  #finish(run: Run, target: RowTarget): WaitingRow | undefined {
    const { streams, maySecond } = this.#set;
    const finished = this.#state.finish();
    const { facts, results } = finished;
    if (this.#options.onInvalid === "throw") requireValid(facts, streams);
    let asking = maySecond ? askingAfter(finished, streams) : undefined;
    if (asking && run.start !== this.#flow.columns[0]) return { ...finished, asking };
    let reads = 1;
    for (; asking; reads++) {
      this.#allow(reads + 1);
      const again = this.#open(asking, run.row);
      again.extend(run);
      asking = settle(asking, again.finish(), results, streams);
    }
    target.take(facts, results, reads);
    return undefined;
  }

  /** The further reads of a row that did not lie in one run. */
  async #readAgain({ facts, results, asking: first }: WaitingRow, target: RowTarget): Promise<void> {
    const [{ index }] = facts;
    let reads = 1;
    for (let asking: Asking | undefined = first; asking; reads++) {
      this.#allow(reads + 1);
      // Of one that fails, closing the flow closes the others.
      const again = this.#open(asking, index), runs = this.#flow.again(index);
      while (await runs.fill()) runs.pass((run) => (again.extend(run), true));
      asking = settle(asking, again.finish(), results, this.#set.streams);
    }
    target.take(facts, results, reads);
  }

  #open({ set }: Asking, row: number): RowState {
    return new RowState(set, this.#flow.kernels, row, this.#vocabulary);
  }

  #allow(reads: number): void {
    checkReads(reads, this.#options.reads ?? this.#set.mostReads);
  }

  /** Where only now it is known how many rows there are, the reducers may still refuse their number. */
  #end(): false {
    const { rows: [, end], kernels } = this.#flow;
    if (end === Infinity) {
      this.#set.check({ vocabulary: this.#vocabulary, rows: this.#state.row + 1, dtype: kernels.element });
    }
    return false;
  }
}
