/** Promise: each row is masked by the mask of its turn, for any chunking; masks are pulled when needed and given back. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromArray, logSumExp, maximum, normalize, reduce, topK, zipMasks } from "@sluice/sluice";
import { Random } from "../support/random.ts";

const VOCABULARY = 3000, ROWS = 5, WORDS = Math.ceil(VOCABULARY / 32);
const random = new Random(8);
const DATA = Float32Array.from({ length: ROWS * VOCABULARY }, () => 20 * random.uniform() - 10);
const MASKS = Array.from({ length: ROWS }, () => {
  const bits = Uint32Array.from({ length: WORDS }, () => Math.floor(random.uniform() * 2 ** 32));
  bits[WORDS - 1] &= 2 ** (VOCABULARY % 32) - 1;
  return bits;
});
const REDUCERS = { lse: logSumExp(), best: maximum(), top: topK(20) };

/** The rows masked by hand. */
function masked(): Float32Array {
  return DATA.map((x, i) => {
    const id = i % VOCABULARY;
    return (MASKS[Math.floor(i / VOCABULARY)][id >> 5] >>> (id & 31)) & 1 ? x : -Infinity;
  });
}

for (const chunk of [7, 700, VOCABULARY, 65_536]) {
  Deno.test(`rows masked by a stream are rows masked by hand: chunks of ${chunk}`, async () => {
    const wanted = await Array.fromAsync(reduce(fromArray(masked(), { vocabulary: VOCABULARY }), REDUCERS));
    const logits = fromArray(DATA, { vocabulary: VOCABULARY, chunk });
    assertEquals(await Array.fromAsync(reduce(zipMasks(logits, ReadableStream.from(MASKS)), REDUCERS)), wanted);
  });
}

Deno.test("a row range takes the masks in turn, a second read its own mask", async () => {
  const logits = fromArray(DATA, { vocabulary: VOCABULARY });
  const rows = reduce(zipMasks(logits, ReadableStream.from(MASKS.slice(2))), REDUCERS, { rows: [2, 4] });
  const wanted = reduce(fromArray(masked(), { vocabulary: VOCABULARY }), REDUCERS, { rows: [2, 4] });
  assertEquals(await Array.fromAsync(rows), await Array.fromAsync(wanted));
  const spread = await Array.fromAsync(normalize(zipMasks(logits, ReadableStream.from(MASKS))).open());
  const p = spread.flatMap(({ data }) => [...data]);
  masked().forEach((x, i) => assert((p[i] === 0) === (x === -Infinity)));
});

Deno.test("masks that end early, or are too wide, are errors; masks can be opened once", async () => {
  const logits = fromArray(DATA, { vocabulary: VOCABULARY });
  const short = reduce(zipMasks(logits, ReadableStream.from(MASKS.slice(0, 3))), REDUCERS);
  await assertRejects(() => Array.fromAsync(short), Error, "row 3");
  const wide = zipMasks(logits, ReadableStream.from([new Uint32Array(WORDS + 1)]));
  await assertRejects(() => Array.fromAsync(reduce(wide, REDUCERS)), TypeError, "words");
  await assertRejects(() => Array.fromAsync(reduce(wide, REDUCERS)), Error, "again");
});

Deno.test("cancel reaches the masks", async () => {
  const reasons: unknown[] = [];
  const masks = new ReadableStream<Uint32Array>({
    pull: (controller) => controller.enqueue(MASKS[0]),
    cancel: (reason) => void reasons.push(reason),
  });
  const rows = reduce(zipMasks(fromArray(DATA, { vocabulary: VOCABULARY, chunk: VOCABULARY }), masks), REDUCERS);
  const reader = rows.getReader();
  await reader.read();
  await reader.cancel("enough");
  assertEquals(reasons, ["enough"]);
});
