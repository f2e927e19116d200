// Rows in memory, for a decode loop.
import { ParameterError } from "../../core/mod.ts";
import type { Values } from "../../row/inside.ts";
import { reduceRow } from "../../row/mod.ts";
import type { Sample } from "../sample.ts";
import { type Findings, leaveArena } from "./_findings.ts";
import type { RowRun } from "./_row_run.ts";

/** Reads rows in memory, one after the other, each as often as its run asks: the reducer and the memory of one row serve the next. */
export class RowReader {
  readonly #runOf: (step: number) => RowRun;
  readonly #reducers: { readonly sample: RowRun["first"] };
  #run: RowRun;
  #state: Findings | undefined;
  #busy = false;

  constructor(runOf: (step: number) => RowRun) {
    this.#runOf = runOf;
    this.#run = runOf(0);
    this.#reducers = {
      sample: {
        ...this.#run.first,
        init: (row) => this.#state = this.#run.first.init(row),
        renew: (state, row) => this.#run.first.renew!(this.#state = state, row),
        step: (state, segment) => this.#run.first.step(state, segment),
        stepBlock: (state, block) => this.#run.first.stepBlock!(state, block),
        finish: (state, row) => this.#run.first.finish(state, row),
        second: (state, row) => this.#run.first.second!(state, row),
      },
    };
  }

  /** The sample of a row, with the run that it took. */
  read(row: Values, step: number): { readonly run: RowRun; readonly sample: Sample } {
    if (this.#busy) {
      throw new ParameterError(
        "Cannot sample a row within an edit, a mask or a cut of the same sampler: draw before, or take a clone",
      );
    }
    this.#busy = true;
    try {
      const run = this.#run = this.#runOf(step);
      return { run, sample: reduceRow(row, this.#reducers, { index: step }).sample };
    } finally {
      // Before the next row, which may be of another precision: then it would lie in two arenas.
      if (this.#state) leaveArena(this.#state);
      this.#busy = false;
    }
  }
}
