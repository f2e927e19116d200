// A decode loop: one row of logits at a time, in memory, reduced synchronously. Greedy decoding that stops at the end
// token and remembers how sure the model was. The model here is a toy: it knows which letter follows which.
import { entropy, maximum, perplexity, reduceRow, topK } from "@sluice/sluice";
import { assertEquals } from "@std/assert";

const TEXT = "hello_";
const LETTERS = [...new Set(TEXT)];
const END = LETTERS.indexOf("_");

/** The logits of the next letter: high for the one that follows at this place, a little for every other. */
function model(position: number): Float32Array {
  const logits = new Float32Array(LETTERS.length);
  logits[LETTERS.indexOf(TEXT[position])] = 3 + position;
  return logits;
}

// The same object for every token: what can be prepared once is.
const reducers = { best: maximum(), h: entropy(), choices: perplexity(), top: topK(2) };

let word = "";
for (let position = 0;; position++) {
  const row = reduceRow(model(position), reducers, { index: position, onInvalid: "throw" });
  const id = row.best.id!;
  console.log(
    `${LETTERS[id]}  entropy ${row.h.toFixed(3)} nats, as if ${row.choices.toFixed(2)} letters were equally likely;`,
    `then ${LETTERS[row.top[1].id]} at ${Math.exp(row.top[1].logprob).toFixed(3)}`,
  );
  if (id === END) break;
  word += LETTERS[id];
}
assertEquals(word, "hello");
