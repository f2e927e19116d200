/** What something of the catalogue makes of rows with everything in them: to be compared bit by bit. */
import { fromArray, map, type Operator, type Reducer, reduceRow, type RowMap } from "../../mod.ts";
import { type Fold, type Logits, specText } from "../../src/core/mod.ts";
import { type Sampler, sampler, type Stage } from "../../src/sampling/mod.ts";
import { TABLE } from "../folds/_table.ts";
import { Random } from "../support/random.ts";
import { ROWS, rowsOf } from "../support/rows.ts";
import { VOCABULARY } from "./_examples.ts";

/** Rows of all kinds: normal, tied, masked, with NaN, with +Infinity. */
const DATA = rowsOf(new Random(11), VOCABULARY);
const COUNT = Object.keys(ROWS).length;
const row = (i: number) => Float32Array.from(DATA.subarray(i * VOCABULARY, (i + 1) * VOCABULARY));

/** All that opening gives. Of NaN there is but one: its bits are nobody's promise. */
export async function chunksOf(logits: Logits): Promise<unknown> {
  return await Array.fromAsync(
    logits.open(),
    ({ row, start, data, shape }) => ({ row, start, data: [...data], shape }),
  );
}

const SOURCES = [Float32Array.from(DATA), DATA].map((data) => fromArray(data, { vocabulary: VOCABULARY, chunk: 1100 }));

/** What losses of preferences are asked about, by their names. */
const ASKED: Readonly<Record<string, object>> = {
  preferenceLoss: {
    chosen: { logprob: -3, reference: -4.5, tokens: 2 },
    rejected: { logprob: -5, reference: -4.25, tokens: 3 },
  },
  unpairedLoss: { logprob: -3, reference: -4, desirable: true },
  rewardLoss: { chosen: 1.5, rejected: 0.25, strength: 2 },
};

/** The results of an object, by its kind. */
// deno-lint-ignore no-explicit-any
export const WORK: Readonly<Record<string, (made: any) => unknown>> = {
  preference: (loss) => [loss.value(ASKED[loss.spec.name], 0.5), loss.slope(ASKED[loss.spec.name], 0.5)],
  fold: foldOf,
  operator: (operator: Operator) => Promise.all(SOURCES.map((logits) => chunksOf(logits.pipe(operator)))),
  map: (rowMap: RowMap) => Promise.all(SOURCES.map((logits) => chunksOf(map(logits, rowMap)))),
  reducer: (reducer: Reducer<unknown>) => [resultsOf(reducer), "draw" in reducer ? loopOf(reducer as Sampler) : 0],
  stage: (stage: Stage) =>
    loopOf(sampler({ chain: [stage], seed: 8, draws: 2, details: true, prompt: [1, 2, 3, 1, 2] })),
};

function resultsOf(reducer: Reducer<unknown>): unknown {
  return Array.from({ length: COUNT }, (_, index) => {
    const rows = reducer.streams ? { a: row(index), b: row((index + 1) % COUNT) } : row(index);
    return reduceRow(rows, { it: reducer }, { index });
  });
}

/** A decode loop: distributions, draws, and what is remembered. */
function loopOf(token: Sampler): unknown {
  return Array.from({ length: COUNT }, (_, i) => {
    const distribution = token.distribution(row(i)), sample = token.draw(row(i));
    if (sample.id !== undefined) token.accept(sample.id);
    return { distribution, sample, spec: token.spec };
  });
}

/** A fold of items that it takes. */
function foldOf(fold: Fold<unknown, unknown>): unknown {
  const { item } = Object.values(TABLE).find(({ make }) => specText(make().spec) === specText(fold.spec))!;
  const state = fold.init(), random = new Random(2);
  for (let i = 0; i < 50; i++) fold.step(state, item(random));
  return fold.finish(state);
}
