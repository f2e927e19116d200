// Rows in memory, for a decode loop.
import { ParameterError } from "../../core/mod.ts";
import { kernelsFor, type Values } from "../../row/inside.ts";
import { reduceRow } from "../../row/mod.ts";
import type { Sample } from "../sample.ts";
import type { RowRun } from "./_row_run.ts";

/** Reads rows in memory, one after the other, each as often as its run asks: the reducer and the memory of one row serve the next. */
export class RowReader {
  readonly #runOf: (step: number) => RowRun;
  readonly #reducers: { readonly sample: RowRun["first"] };
  #run: RowRun;
  #busy = false;

  constructor(runOf: (step: number) => RowRun) {
    this.#runOf = runOf;
    this.#run = runOf(0);
    this.#reducers = {
      sample: {
        ...this.#run.first,
        init: (row) => this.#run.first.init(row),
        renew: (state, row) => this.#run.first.renew!(state, row),
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
      const kernels = kernelsFor(row instanceof Float64Array ? "f64" : "f32");
      return { run, sample: run.ofRow(kernels, row) ?? reduceRow(row, this.#reducers, { index: step }).sample };
    } finally {
      this.#busy = false;
    }
  }
}
