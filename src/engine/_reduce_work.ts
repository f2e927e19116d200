import type { Chunk, Logits, RowFacts } from "../core/mod.ts";
import { checkReads, type Flow, invalidRow, isInvalid } from "./_flow.ts";
import type { ReducerSet } from "./_reducer_set.ts";
import { nextAsking, secondRead } from "./_second_read.ts";
import type { FlowOptions } from "./flow_options.ts";
import { RowState } from "./row_state.ts";

/** Takes one finished row: what the engine knows of it, the reducers' results in order, and how often it was read. */
export type RowTarget = (facts: RowFacts, results: readonly unknown[], reads: number) => void;

/** The loop: chunks in, rows out. */
export class ReduceWork {
  readonly #state: RowState;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    readonly set: ReducerSet,
    readonly flow: Flow,
    readonly logits: Logits,
    readonly options: FlowOptions,
  ) {
    this.#state = new RowState(set, flow.kernels, flow.rows[0], logits.shape.vocabulary);
  }

  /** Reads until at least one row is done; `false` at the end. */
  async pull(target: RowTarget): Promise<boolean> {
    if (this.#failure) throw this.#failure.error;
    let done = 0;
    try {
      while (done === 0) {
        const chunk = await this.flow.next();
        if (!chunk) return this.#end();
        for (const { at, count, row, start } of this.flow.stage.runs(chunk, this.flow.columns)) {
          if (start === this.flow.columns[0]) this.#state.reset(row, start);
          this.#state.extend(at, count, start);
          if (start + count < this.flow.columns[1]) continue;
          if (this.set.maySecond) await this.#twice(row, chunk, target);
          else this.#once(target);
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

  /** Where only now it is known how many rows there are, the reducers may still refuse their number. */
  #end(): false {
    const { vocabulary, rows } = this.logits.shape;
    if (rows === undefined && this.options.rows === undefined) {
      this.set.check({ vocabulary, rows: this.#state.row + 1, dtype: this.logits.shape.dtype });
    }
    return false;
  }

  #once(target: RowTarget): void {
    const { facts, results } = this.#state.finish();
    this.#refuse(facts);
    target(facts, results, 1);
  }

  async #twice(row: number, chunk: Chunk, target: RowTarget): Promise<void> {
    const { facts, results, fold } = this.#state.finish();
    this.#refuse(facts);
    let asking = isInvalid(facts) ? [] : fold.seconds(facts);
    let reads = 1;
    for (; asking.length > 0; reads++) {
      checkReads(reads + 1, this.options.reads ?? this.set.mostReads);
      const again = await secondRead(this.flow, this.logits, asking.map(([, reducer]) => reducer), row, chunk);
      asking = nextAsking(asking.map(([position]) => position), again, results);
    }
    target(facts, results, reads);
  }

  #refuse(facts: RowFacts): void {
    if (this.options.onInvalid === "throw" && isInvalid(facts)) throw invalidRow(facts);
  }
}
