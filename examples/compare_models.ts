// Is it still the same model? A text recogniser's logits in float32 beside the same rounded to float16, in one flow of both. The same as a
// table: `sluice compare A B`.
import {
  agreement,
  fromArray,
  fromFile,
  jsDivergence,
  klDivergence,
  reduce,
  totalVariation,
  zip,
} from "@sluice/sluice";
import { assert, assertEquals } from "@std/assert";

const full = await fromFile(new URL("data/ocr_logits_f32.npy", import.meta.url));

// What a quantised model would have written: here the same numbers, rounded to half floats.
const chunks = await Array.fromAsync(full.open(), ({ data }) => Float16Array.from(data as Float32Array));
const rounded = Float16Array.from(chunks.flatMap((chunk) => [...chunk]));
const half = fromArray(new Uint16Array(rounded.buffer), { vocabulary: full.shape.vocabulary, dtype: "f16" });

let rows = 0, agreed = 0, sum = 0, worst = { row: 0, kl: 0, js: 0, tv: 0 };
const compared = reduce(zip({ full, half }), {
  // Terms that nothing cancels in: of rows as close as these the one-read form tells little more than that they are close.
  kl: klDivergence("full", "half", { precise: true }),
  js: jsDivergence("full", "half"),
  tv: totalVariation("full", "half"),
  tops: agreement("full", "half"),
});
for await (const { index, kl, js, tv, tops } of compared) {
  rows++;
  agreed += Number(tops.agree);
  sum += kl;
  if (kl > worst.kl) worst = { row: index, kl, js, tv };
}

console.log(`${rows} rows of ${full.shape.vocabulary} logits, float32 beside float16`);
console.log(`the same best token in ${agreed} of them`);
console.log(`mean KL ${(sum / rows).toExponential(2)} nats`);
const { row, kl, js, tv } = worst;
console.log(
  `farthest apart: row ${row}, KL ${kl.toExponential(2)}, JS ${js.toExponential(2)}, TV ${tv.toExponential(2)}`,
);
assertEquals(agreed, rows);
assert(worst.kl > 1e-6 && worst.kl < 1e-5);
