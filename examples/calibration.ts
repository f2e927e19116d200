// How sure a text recogniser is, and how right: its 169 columns of logits, decoded greedily, against the line that is on the picture.
import { fromFile, reduce, topK } from "@sluice/sluice";
import { accuracy, brierScore, ece, fold, mean } from "@sluice/sluice/folds";
import { assert, assertEquals } from "@std/assert";

const BLANK = 0;
const LINE = [..."流式数据流 softmax两遍归约 the quick brown fox 12345 永和九年岁在癸丑暮春之初"];

const characters: string[] = JSON.parse(
  await Deno.readTextFile(new URL("data/ocr_labels.json", import.meta.url)),
);
const logits = await fromFile(new URL("data/ocr_logits_f32.npy", import.meta.url));

/** The characters of the line with what they were taken for: columns that repeat, and blanks, are no decisions. */
async function* decisions() {
  let last = BLANK, at = 0;
  for await (const { top } of reduce(logits, { top: topK(5) })) {
    const [best] = top;
    if (best.id !== BLANK && best.id !== last) {
      const truth = { id: characters.indexOf(LINE[at++]), logprob: 0 };
      yield { top, truth, confidence: Math.exp(best.logprob), correct: best.id === truth.id };
    }
    last = best.id;
  }
}

const binary = { probability: "confidence", positive: "correct" };
const found = await fold(decisions(), {
  right: accuracy({ top: "top", label: "truth" }),
  sure: mean("confidence"),
  brier: brierScore(binary),
  calibration: ece({ bins: 5 }),
});

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`${found.right.rows} characters, ${percent(found.right.accuracy)} right, ${percent(found.sure.mean)} sure`);
console.log(`Brier ${found.brier.brierScore.toFixed(5)}, calibration error ${found.calibration.ece.toFixed(5)}`);
for (const { from, to, rows, confidence, accuracy } of found.calibration.table) {
  if (rows > 0) {
    console.log(`  ${from} to ${to}: ${rows} rows, sure ${percent(confidence)}, right ${percent(accuracy)}`);
  }
}
assertEquals(found.right.rows, LINE.length);
// It reads all of them right: what is missing to being sure is all of its error.
assert(Math.abs(found.calibration.ece - (1 - found.sure.mean)) < 1e-12);
