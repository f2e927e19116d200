// What folding a stream of rows costs beside draining it: a source that enqueues 256 rows a pull, of objects that are there already.
import { auroc, ece, fold, meanNll } from "../src/folds/mod.ts";

const ROWS = 100_000;
const items = Array.from({ length: 1024 }, (_, i) => ({
  y: { logprob: -1 - (i % 97) / 31 },
  score: Math.sin(i),
  positive: i % 3 === 0,
  confidence: i / 1024,
  correct: i % 2 === 0,
}));

function source(): ReadableStream<object> {
  let row = 0;
  return new ReadableStream({
    pull(controller) {
      for (let i = 0; i < 256 && row < ROWS; i++, row++) controller.enqueue(items[row % items.length]);
      if (row === ROWS) controller.close();
    },
  }, { highWaterMark: 256 });
}

const group = `${ROWS} rows`;
Deno.bench({
  name: "drained",
  group,
  baseline: true,
  fn: async () => {
    for await (const row of source()) void row;
  },
});
Deno.bench({ name: "meanNll", group, fn: async () => void await fold(source(), { nll: meanNll() }) });
Deno.bench({ name: "auroc", group, fn: async () => void await fold(source(), { area: auroc() }) });
Deno.bench({ name: "ece", group, fn: async () => void await fold(source(), { calibration: ece() }) });
