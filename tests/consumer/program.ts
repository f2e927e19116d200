// What a user's first program does, with no permission at all: an array and a stream, reduced and normalised.
import { entropy, fromArray, fromStream, logSumExp, normalize, reduce, topK } from "@sluice/sluice";
import "@sluice/sluice/core";
import "@sluice/sluice/flow";
import "@sluice/sluice/folds";
import "@sluice/sluice/maps";
import "@sluice/sluice/records";
import "@sluice/sluice/row";
import "@sluice/sluice/kernels";
import "@sluice/sluice/operators";
import "@sluice/sluice/preference";
import "@sluice/sluice/reducers";
import "@sluice/sluice/sinks";
import "@sluice/sluice/sources";

const row = Float32Array.of(1.5, -0.75, 3.25, 0, 2, -2.5);

function expect(what: string, found: number, wanted: number): void {
  if (Math.abs(found - wanted) > 1e-6) throw new Error(`${what} is ${found}, wanted ${wanted}`);
}

const array = fromArray(row);
const once = new ReadableStream<Uint8Array>({
  start(controller) {
    const bytes = new Uint8Array(row.buffer);
    controller.enqueue(bytes.slice(0, 7));
    controller.enqueue(bytes.slice(7));
    controller.close();
  },
});
const stream = await fromStream(once, { vocabulary: row.length });

for (const logits of [array, stream]) {
  for await (const found of reduce(logits, { lse: logSumExp(), h: entropy(), top: topK(2) })) {
    expect("log-sum-exp", found.lse, 3.66907301);
    expect("entropy", found.h, 0.99768886);
    expect("the likeliest token", found.top[0].id, 2);
    expect("its log-probability", found.top[0].logprob, 3.25 - 3.66907301);
  }
}

let sum = 0;
for await (const { data } of normalize(array).open()) for (const p of data) sum += p;
expect("the sum of probabilities", sum, 1);

console.log("consumer ok");
