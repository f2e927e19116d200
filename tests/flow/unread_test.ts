/** Promise: a one-shot source is told that nobody will read it, also when the flow ends before its first read. */
import { assertEquals, assertRejects } from "@std/assert";
import { collect, fromStream, logSumExp, normalize, reduce, reduceStates } from "@sluice/sluice";

const REDUCERS = { lse: logSumExp() };

/** A stream that notes why it was cancelled. */
function noting(): { stream: ReadableStream<Uint8Array>; reasons: unknown[] } {
  const reasons: unknown[] = [];
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(16)),
    cancel: (reason) => void reasons.push(reason),
  }, { highWaterMark: 0 });
  return { stream, reasons };
}

const FLOWS = {
  reduce: (logits: Awaited<ReturnType<typeof fromStream>>) => reduce(logits, REDUCERS),
  reduceStates: (logits: Awaited<ReturnType<typeof fromStream>>) => reduceStates(logits, REDUCERS),
  normalize: (logits: Awaited<ReturnType<typeof fromStream>>) => normalize(logits).open(),
  open: (logits: Awaited<ReturnType<typeof fromStream>>) => logits.open(),
};

for (const [name, flow] of Object.entries(FLOWS)) {
  Deno.test(`cancel before the first read reaches the source: ${name}`, async () => {
    const { stream, reasons } = noting();
    const logits = await fromStream(stream, { vocabulary: 4 });
    await flow(logits).cancel("enough");
    assertEquals(reasons, ["enough"]);
  });
}

for (const early of [true, false]) {
  Deno.test(`abort ${early ? "before the flow" : "before the first read"} reaches the source`, async () => {
    const { stream, reasons } = noting();
    const logits = await fromStream(stream, { vocabulary: 4 });
    const abort = new AbortController();
    if (early) abort.abort("enough");
    const rows = reduce(logits, REDUCERS, { signal: abort.signal });
    if (!early) abort.abort("enough");
    assertEquals(await rows.getReader().read().catch((reason) => reason), "enough");
    assertEquals(reasons, ["enough"]);
  });
}

Deno.test("collect under an aborted signal gives the source back", async () => {
  const { stream, reasons } = noting();
  const logits = await fromStream(stream, { vocabulary: 4 });
  const reason = new Error("enough");
  await assertRejects(() => collect(logits, REDUCERS, { signal: AbortSignal.abort(reason) }), Error, "enough");
  assertEquals(reasons, [reason]);
});
