import type { Chunk, Logits, Reducers, Row, RowFacts } from "../core/mod.ts";
import { type Flow, invalidRow, isInvalid } from "./_flow.ts";
import type { ReducerSet } from "./_reducer_set.ts";
import { rowOf } from "./_row_of.ts";
import { nextAsking, secondRead } from "./_second_read.ts";
import type { FlowOptions } from "./flow_options.ts";
import { RowState } from "./row_state.ts";

/** Where finished rows go. */
export interface RowTarget<T extends Reducers> {
  /** Takes one row. */
  enqueue(row: Row<T>): void;
}

/** The loop: chunks in, rows out. */
export class ReduceWork<T extends Reducers> {
  readonly #state: RowState;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    readonly set: ReducerSet,
    readonly flow: Flow,
    readonly logits: Logits,
    readonly options: FlowOptions,
  ) {
    this.#state = new RowState(set, flow.kernels, -1, logits.shape.vocabulary);
  }

  /** Reads until at least one row is done; `false` at the end. */
  async pull(target: RowTarget<T>): Promise<boolean> {
    if (this.#failure) throw this.#failure.error;
    let done = 0;
    try {
      while (done === 0) {
        const chunk = await this.flow.next();
        if (!chunk) return false;
        for (const { at, count, row, start } of this.flow.stage.runs(chunk, this.flow.columns)) {
          if (start === this.flow.columns[0]) this.#state.reset(row, start);
          this.#state.extend(at, count, start);
          if (start + count < this.flow.columns[1]) continue;
          target.enqueue(this.set.maySecond ? await this.#twice(row, chunk) : this.#once());
          done++;
        }
        await this.flow.replay?.keep(chunk);
      }
    } catch (error) {
      // A stream that errors drops what is queued: the rows before the error go first.
      if (done === 0) throw error;
      this.#failure = { error };
    }
    return true;
  }

  #once(): Row<T> {
    const { facts, results } = this.#state.finish();
    this.#refuse(facts);
    return rowOf<T>(this.set, facts, results, 1);
  }

  async #twice(row: number, chunk: Chunk): Promise<Row<T>> {
    const { facts, results, fold } = this.#state.finish();
    this.#refuse(facts);
    let asking = isInvalid(facts) ? [] : fold.seconds(facts);
    let reads = 1;
    for (; asking.length > 0; reads++) {
      const again = await secondRead(this.flow, this.logits, asking.map(([, reducer]) => reducer), row, chunk);
      asking = nextAsking(asking.map(([position]) => position), again, results);
    }
    return rowOf<T>(this.set, facts, results, reads);
  }

  #refuse(facts: RowFacts): void {
    if (this.options.onInvalid === "throw" && isInvalid(facts)) throw invalidRow(facts);
  }
}
