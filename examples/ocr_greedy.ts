// Reads a line of text from the logits of a text recogniser: 169 columns of a picture by 6,625 characters. Greedy CTC
// decoding: the likeliest character of each column, repeats taken once, blanks (id 0) dropped.
import { fromFile, reduce, topK } from "@sluice/sluice";
import { assertEquals } from "@std/assert";

const BLANK = 0;

const characters: string[] = JSON.parse(
  await Deno.readTextFile(new URL("data/ocr_labels.json", import.meta.url)),
);
const logits = await fromFile(new URL("data/ocr_logits_f32.npy", import.meta.url));

let line = "";
let least = { share: 1, character: "" };
let last = BLANK;
for await (const { top: [best] } of reduce(logits, { top: topK(1) })) {
  if (best.id !== BLANK && best.id !== last) {
    line += characters[best.id];
    const share = Math.exp(best.logprob);
    if (share < least.share) least = { share, character: characters[best.id] };
  }
  last = best.id;
}

console.log(line);
console.log(`least sure of "${least.character}": ${(100 * least.share).toFixed(1)} %`);
assertEquals(line, "流式数据流 softmax两遍归约 the quick brown fox 12345 永和九年岁在癸丑暮春之初");
