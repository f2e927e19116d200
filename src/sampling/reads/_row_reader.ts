// Rows in memory, for a decode loop.
import { ParameterError } from "../../core/mod.ts";
import type { Values } from "../../row/inside.ts";
import { reduceRow } from "../../row/mod.ts";
import type { Sample } from "../sample.ts";
import { type Findings, leaveArena } from "./_findings.ts";
import type { RowRun } from "./_row_run.ts";

/** Reads rows in memory, one after the other, each as often as its run asks: the memory of one row's state serves the next. */
export class RowReader {
  readonly #runOf: (step: number) => RowRun;
  #state: Findings | undefined;
  #busy = false;

  constructor(runOf: (step: number) => RowRun) {
    this.#runOf = runOf;
  }

  /** The sample of a row, with the run that it took. */
  read(row: Values, step: number): { readonly run: RowRun; readonly sample: Sample } {
    if (this.#busy) {
      throw new ParameterError(
        "Cannot sample a row within an edit, a mask or a cut of the same sampler: draw before, or take a clone",
      );
    }
    this.#busy = true;
    let state: Findings | undefined;
    try {
      const run = this.#runOf(step), begun = state = this.#renewed(run, step);
      const { sample } = reduceRow(row, { sample: { ...run.first, init: () => begun } }, { index: step });
      return { run, sample };
    } catch (error) {
      // What it holds is of half a row.
      this.#state = undefined;
      throw error;
    } finally {
      // Before the next row, which may be of another precision: then it would lie in two arenas.
      if (state) leaveArena(state);
      this.#busy = false;
    }
  }

  #renewed({ first }: RowRun, step: number): Findings {
    if (this.#state) first.renew!(this.#state, step);
    return this.#state ??= first.init(step);
  }
}
