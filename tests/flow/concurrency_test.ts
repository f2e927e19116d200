// Flows that run at the same time on one arena disturb neither each other's bits nor those of `reduceRow` between them, wherever
// one of them pauses: in the middle of a row, of a chunk with many rows, or of a second read.
import { availableBackends, type Backend } from "../../kernels/mod.ts";
import type { Dtype, Logits } from "../../src/core/mod.ts";
import { collect, normalize, reduce, reduceStates, tap } from "../../src/flow/mod.ts";
import { finishState, mergeStates, reduceRow } from "../../src/row/mod.ts";
import { softcap, temperature } from "../../src/operators/mod.ts";
import { entropy, logSumExp, moments, target, topK } from "../../src/reducers/mod.ts";
import { encode } from "../support/encode.ts";
import { Random } from "../support/random.ts";
import { rowsOf } from "../support/rows.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { logitsBy, streamOnly } from "../support/sources.ts";

const NAMES = ["normal", "lateMaximum", "masked", "offset"];
const VOCABULARY = 1700;

function someLogits(seed: number, dtype: Dtype, door: "read" | "stream", chunk: number): Logits {
  const data = encode(rowsOf(new Random(seed), VOCABULARY, NAMES), dtype);
  return logitsBy(door, data, { vocabulary: VOCABULARY, dtype }, chunk);
}

const REDUCERS = {
  lse: logSumExp(),
  h: entropy(),
  top: topK(70),
  m: moments(),
  rank: target([3, 1699], { rank: true }),
};

/** Different flows, each of which can be begun any number of times. */
function flows(backend: Backend): (() => ReadableStream<unknown>)[] {
  const rank = { y: target([5], { rank: true }) };
  return [
    () => reduce(someLogits(1, "f32", "read", 400), REDUCERS, { backend }),
    () => reduce(someLogits(2, "bf16", "stream", 65_536), REDUCERS, { backend }),
    () => reduce(someLogits(3, "f64", "read", 1000), REDUCERS),
    () => reduce(someLogits(4, "f32", "read", 100_000).pipe(temperature(0.6), softcap(20)), REDUCERS, { backend }),
    () => normalize(someLogits(5, "f32", "read", 500), { backend }).open(),
    () => normalize(someLogits(6, "f16", "stream", 3000), { log: true, backend }).open(),
    () =>
      reduce(normalize(streamOnly(someLogits(7, "f32", "read", 500), "reopen"), { rowCache: 0, backend }), REDUCERS, {
        backend,
        reads: 4,
      }),
    () => reduce(streamOnly(someLogits(8, "f32", "stream", 300), "reopen"), rank, { rowCache: 0, backend }),
    () => tap(someLogits(9, "f32", "read", 700), { lse: logSumExp() }, () => {}).open(),
  ];
}

function plain(value: unknown): unknown {
  const chunk = value as { data?: ArrayBufferView };
  return chunk.data ? { ...chunk, data: structuredClone(chunk.data), shape: null } : value;
}

/** Rows as they are; chunks as the numbers they carry: where a row is cut depends on where its second read came from. */
function contents(values: readonly unknown[]): unknown {
  const chunks = values as readonly { data?: ArrayLike<number>; row: number; start: number }[];
  if (!chunks[0]?.data) return values;
  return chunks.flatMap(({ data, row, start }) => Array.from(data!, (x, i) => [row, start + i, x])).flat();
}

for (const backend of availableBackends()) {
  Deno.test(`flows interleaved at random give the bits of each alone: ${backend}`, async () => {
    const alone: unknown[][] = [];
    for (const run of flows(backend)) alone.push(await Array.fromAsync(run(), plain));
    const random = new Random(31);
    const row = Float32Array.from({ length: 5000 }, () => random.normal());
    const rowAlone = reduceRow(row, REDUCERS, { backend });
    for (let trial = 0; trial < 4; trial++) {
      const found: unknown[][] = alone.map(() => []);
      const readers = flows(backend).map((run) => run().getReader());
      let open = readers.map((_, i) => i);
      while (open.length > 0) {
        const some = random.shuffle(open).slice(0, 1 + random.whole(3));
        // Several at once: each pauses wherever it awaits.
        await Promise.all(some.map(async (i) => {
          const { done, value } = await readers[i].read();
          if (done) open = open.filter((other) => other !== i);
          else found[i].push(plain(value));
        }));
        if (random.whole(3) === 0) assertSameBits(reduceRow(row, REDUCERS, { backend }), rowAlone, "reduceRow");
      }
      found.forEach((values, i) => assertSameBits(contents(values), contents(alone[i]), `flow ${i}, trial ${trial}`));
    }
  });

  Deno.test(`more flows than read buffers, all at once: ${backend}`, async () => {
    const run = () => collect(someLogits(1, "f32", "read", 300), REDUCERS, { backend });
    const alone = await run();
    const all = await Promise.all(Array.from({ length: 20 }, run));
    for (const table of all) assertSameBits(table, alone);
  });

  Deno.test(`states made at once and merged between, on one arena: ${backend}`, async () => {
    const logits = someLogits(12, "f32", "read", 333);
    const reducers = { lse: logSumExp(), h: entropy() };
    const wanted = await Array.fromAsync(reduce(logits, reducers, { backend }));
    const cuts = [0, 100, 1025, 1030, VOCABULARY];
    const parts = await Promise.all(
      cuts.slice(1).map((to, i) =>
        Array.fromAsync(reduceStates(logits, reducers, { columns: [cuts[i], to], backend }))
      ),
    );
    // Finished in turn, so that each takes the arena's accumulator from another.
    for (let again = 0; again < 2; again++) {
      NAMES.forEach((_, row) => {
        const merged = mergeStates([2, 0, 3, 1].map((part) => parts[part][row]));
        parts.forEach((part) => finishState(part[row], reducers, { partial: true }));
        assertSameBits(finishState(merged, reducers), wanted[row]);
      });
    }
  });

  Deno.test(`a listener that reduces rows of its own disturbs nothing: ${backend}`, async () => {
    const logits = someLogits(13, "f32", "stream", 200);
    const wanted = await Array.fromAsync(reduce(logits, REDUCERS, { backend }));
    const other = Float32Array.from({ length: 3000 }, (_, id) => Math.cos(id));
    const otherAlone = reduceRow(other, REDUCERS, { backend });
    const tapped = tap(logits, { lse: logSumExp() }, () => {
      assertSameBits(reduceRow(other, REDUCERS, { backend }), otherAlone);
    });
    const rows = await Array.fromAsync(reduce(tapped, REDUCERS, { backend }));
    assertSameBits(rows.map((row) => ({ ...row, reads: 0 })), wanted.map((row) => ({ ...row, reads: 0 })));
  });
}

Deno.test("one description opened many times at once: every open has fresh state", async () => {
  const logits = someLogits(14, "f32", "read", 300).pipe(temperature(0.9));
  const runs = await Promise.all(Array.from({ length: 5 }, () => Array.fromAsync(reduce(logits, REDUCERS))));
  for (const rows of runs) assertSameBits(rows, runs[0]);
  const normal = normalize(logits);
  const opened = await Promise.all([1, 2, 3].map(() => Array.fromAsync(normal.open(), plain)));
  for (const chunks of opened) assertSameBits(contents(chunks), contents(opened[0]));
});
