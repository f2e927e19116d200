import { checkWhole, type FoldResults, type Folds, optionsOf, ParameterError, ShapeError, shown } from "../core/mod.ts";
import { checkFolds } from "./_check_folds.ts";
import { iterable } from "./_iterable.ts";
import { numbersOf } from "./_numbers_of.ts";
import { FoldState } from "./fold_state.ts";

/** Options of {@linkcode sequences}. */
export interface SequencesOptions {
  /** How many rows each sequence has, in their order; 0 is an empty one. */
  readonly lengths: ArrayLike<number>;
}

/** What is known of one sequence: its number, its rows, and what the folds found. */
export type Sequence<T extends Folds> = FoldResults<T> & {
  /** Its number, from 0. */
  readonly sequence: number;
  /** How many rows it has. */
  readonly tokens: number;
};

const RESERVED = ["sequence", "tokens"];

/**
 * Folds runs of rows, one result a run: texts of a batch, completions of a file. One state at a time is held.
 *
 * Needs: the rows of all sequences one behind the other. Gives: `{ sequence, tokens }` and the folds' results, as soon as a sequence is
 * whole. An empty sequence gives what the folds make of nothing. Cancelling the stream cancels the rows.
 *
 * @example Two completions, of two tokens and of one
 * ```ts
 * import { sequenceLogprob, sequences } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [-0.5, -0.25, -1].map((logprob) => ({ y: { logprob } }));
 * const found = await Array.fromAsync(sequences(rows, { of: sequenceLogprob("y.logprob") }, { lengths: [2, 1] }));
 * assertEquals(found.map(({ sequence, tokens, of }) => [sequence, tokens, of.logprob]), [[0, 2, -0.75], [1, 1, -1]]);
 * ```
 *
 * @param rows A stream of results, or anything that gives one item after the other.
 * @param folds What to fold each sequence by, by name.
 * @param options The lengths.
 * @returns A stream of sequences. It fails with `ShapeError` where the lengths do not add up to the rows.
 * @throws {ParameterError} If these are no rows or no folds, or a length is no whole number.
 */
export function sequences<T extends Folds>(
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  folds: T,
  options: SequencesOptions,
): ReadableStream<Sequence<T>> {
  const { lengths } = optionsOf("sequences", options, ["lengths!"]);
  checkFolds(folds);
  const taken = RESERVED.find((name) => name in folds);
  if (taken) {
    throw new ParameterError(`Cannot name a fold "${taken}": every sequence has a field of that name; choose another`);
  }
  const counts = numbersOf(lengths);
  if (!counts) {
    throw new ParameterError(`Cannot use sequences with lengths = ${shown(lengths)}: wanted a list of whole numbers`);
  }
  counts.forEach((length, i) => checkWhole(`a sequence ${i} of length`, length, 0));
  return ReadableStream.from(runs(iterable(rows), folds, counts));
}

async function* runs<T extends Folds>(
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  folds: T,
  lengths: readonly number[],
): AsyncGenerator<Sequence<T>> {
  let sequence = 0, found = 0, state = new FoldState(folds);

  /** The sequences that are whole by now: empty ones need no row. */
  function* whole(): Generator<Sequence<T>> {
    while (sequence < lengths.length && state.items === lengths[sequence]) {
      yield { sequence, tokens: state.items, ...state.finish() };
      sequence++;
      state = new FoldState(folds);
    }
  }

  yield* whole();
  for await (const row of rows) {
    if (sequence === lengths.length) throw wrongSum(lengths, `more than ${found}`);
    found++;
    state.step(row);
    yield* whole();
  }
  if (sequence < lengths.length) throw wrongSum(lengths, `${found}`);
}

function wrongSum(lengths: readonly number[], found: string): ShapeError {
  const wanted = lengths.reduce((sum, length) => sum + length, 0);
  return new ShapeError(`Cannot cut rows into ${lengths.length} sequences: there are ${found} rows, wanted ${wanted}`);
}
