// Sources that are read straight into the engine's buffers: bytes that come cut anywhere, in the middle of a logit too, give the
// same bits; reads that fail, hang, are canceled or end inside a logit are given back once and surface once.
import { assert, assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import { type ByteReader, bytesOf, type Dtype, type Logits, logitsFrom, type Shape } from "../../src/core/mod.ts";
import { collect, normalize, reduce, reduceStates } from "../../src/flow/mod.ts";
import { entropy, label, logSumExp, target, topK } from "../../src/reducers/mod.ts";
import { fromArray, fromStream } from "../../src/sources/mod.ts";
import { encode } from "../support/encode.ts";
import { Random } from "../support/random.ts";
import { rowsOf } from "../support/rows.ts";
import { assertSameBits } from "../support/same_bits.ts";

const NAMES = ["normal", "tied", "masked", "lateMaximum"];
const VOCABULARY = 1300;
const REDUCERS = { lse: logSumExp(), h: entropy(), top: topK(7), y: target([1299], { rank: true }) };

function bytesFor(dtype: Dtype): Uint8Array {
  const data = encode(rowsOf(new Random(71), VOCABULARY, NAMES), dtype);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Bytes in pieces of random sizes, some of them empty or a single byte. */
function piecesOf(bytes: Uint8Array, random: Random, most: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at === bytes.length) return controller.close();
      const size = Math.min(random.whole(3) ? random.whole(most) : random.whole(3), bytes.length - at);
      controller.enqueue(bytes.slice(at, at += size));
    },
  }, { highWaterMark: 0 });
}

for (const dtype of ["f32", "f16", "bf16", "f64"] as const) {
  for (const backend of dtype === "f64" ? ["reference"] as const : availableBackends()) {
    Deno.test(`bytes cut anywhere give the same bits: ${dtype}, ${backend}`, async () => {
      const bytes = bytesFor(dtype);
      const whole = fromArray(encode(rowsOf(new Random(71), VOCABULARY, NAMES), dtype), {
        vocabulary: VOCABULARY,
        dtype,
      });
      const wanted = await Array.fromAsync(reduce(whole, REDUCERS, { backend }));
      const mapped = (await Array.fromAsync(normalize(whole, { backend }).open(), ({ data }) => [...data])).flat();
      const random = new Random(72);
      for (const most of [7, 1000, 9000]) {
        const options = { vocabulary: VOCABULARY, dtype };
        const rows = await Array.fromAsync(
          reduce(await fromStream(piecesOf(bytes, random, most), options), REDUCERS, { backend }),
        );
        rows.forEach((row, i) =>
          assertSameBits({ ...row, reads: 0 }, { ...wanted[i], reads: 0 }, `pieces of ${most}, row ${i}`)
        );
        assertEquals(rows.length, NAMES.length);
        const again = normalize(await fromStream(piecesOf(bytes, random, most), options), { backend });
        assertSameBits((await Array.fromAsync(again.open(), ({ data }) => [...data])).flat(), mapped);
      }
    });
  }
}

/** A source of bytes of one's own that counts its closings. */
function byteSource(shape: Shape, read: (into: Uint8Array, call: number) => Promise<number>) {
  const counts = { opened: 0, closed: 0 };
  const logits = logitsFrom({
    shape,
    replay: "once",
    spec: { name: "bytes", params: {}, inputs: [] },
    open: () => new ReadableStream(),
    read(): ByteReader {
      counts.opened++;
      let call = 0;
      return {
        read: (into) => read(into, call++),
        close() {
          counts.closed++;
        },
      };
    },
  });
  return { logits, counts };
}

const SHAPE: Shape = Object.freeze({ rows: 3, vocabulary: 10, dtype: "f32" });

async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
}

/** The ways in, for each law. */
const RUNS: Readonly<Record<string, (logits: Logits, signal?: AbortSignal) => ReadableStream<unknown>>> = {
  reduce: (logits, signal) => reduce(logits, { lse: logSumExp() }, { ...(signal ? { signal } : {}) }),
  reduceStates: (logits, signal) => reduceStates(logits, { lse: logSumExp() }, { ...(signal ? { signal } : {}) }),
  normalize: (logits, signal) => normalize(logits).open(signal ? { signal } : {}),
};

for (const [name, run] of Object.entries(RUNS)) {
  Deno.test(`at most one read is ahead of the rows: ${name}`, async () => {
    let calls = 0;
    const { logits, counts } = byteSource({ ...SHAPE, rows: undefined }, (into) => {
      calls++;
      into.fill(0, 0, 40);
      return Promise.resolve(40);
    });
    const reader = run(logits).getReader();
    for (let row = 1; row <= 5; row++) {
      await reader.read();
      await settle();
      assert(calls <= row + 1, `${calls} reads for ${row} rows`);
    }
    await reader.cancel();
    assertEquals(counts, { opened: 1, closed: 1 });
  });

  Deno.test(`a read that fails at step k surfaces once and is given back: ${name}`, async () => {
    for (let k = 0; k < 12; k++) {
      const failure = new Error(`read ${k}`);
      const { logits, counts } = byteSource(SHAPE, (into, call) => {
        if (call === k) return Promise.reject(failure);
        into.fill(0, 0, 10);
        return Promise.resolve(call < 12 ? 10 : 0);
      });
      assertStrictEquals(await assertRejects(() => Array.fromAsync(run(logits))), failure);
      assertEquals(counts, { opened: 1, closed: 1 });
    }
  });

  Deno.test(`a read that hangs is given back on cancel and on abort: ${name}`, async () => {
    for (const how of ["cancel", "abort"]) {
      const { logits, counts } = byteSource(SHAPE, (into, call) => {
        if (call > 0) return new Promise(() => {});
        into.fill(0, 0, 44);
        return Promise.resolve(44);
      });
      const aborter = new AbortController();
      const reader = run(logits, aborter.signal).getReader();
      await reader.read();
      const pending = reader.read();
      pending.catch(() => {});
      await settle();
      if (how === "cancel") await reader.cancel();
      else aborter.abort(new Error("stop"));
      await settle();
      assertEquals(counts, { opened: 1, closed: 1 }, how);
      if (how === "cancel") assertEquals((await pending).done, true);
      else await assertRejects(() => pending, Error, "stop");
    }
  });

  Deno.test(`bytes that end inside a logit or a row are an error: ${name}`, async () => {
    for (
      const [rows, total, says] of [
        [3, 119, "row 2, id 9"],
        [3, 118, "row 2, id 9"],
        [3, 80, "row 2, id 0"],
        [undefined, 82, "row 2, id 0"],
        [undefined, 100, "row 2, id 5"],
      ] as const
    ) {
      let left: number = total;
      const { logits, counts } = byteSource({ ...SHAPE, rows }, (into) => {
        const size = Math.min(left, 30);
        into.fill(0, 0, size);
        left -= size;
        return Promise.resolve(size);
      });
      const error = await assertRejects(() => Array.fromAsync(run(logits)));
      assertEquals((error as { code?: string }).code, "E_SOURCE_SHORT", `${total} bytes`);
      assertStringIncludes(`${error}`, says);
      assertEquals(counts.closed, 1);
    }
  });

  Deno.test(`leaving a loop over the rows gives the source back: ${name}`, async () => {
    const { logits, counts } = byteSource({ ...SHAPE, rows: undefined }, (into) => {
      into.fill(0, 0, 40);
      return Promise.resolve(40);
    });
    for await (const _ of run(logits)) break;
    assertEquals(counts, { opened: 1, closed: 1 });
  });
}

Deno.test("buffers are given back: many flows, ended in every way, leave the bits alone", async () => {
  const data = Float32Array.from({ length: 5000 }, (_, id) => Math.sin(id));
  const logits = fromArray(data, { vocabulary: 500, chunk: 100 });
  const wanted = await collect(logits, REDUCERS_SMALL);
  for (let i = 0; i < 40; i++) {
    const reader = reduce(logits, REDUCERS_SMALL).getReader();
    await reader.read();
    if (i % 3 === 0) await reader.cancel();
    else if (i % 3 === 1) { while (!(await reader.read()).done); }
    assertSameBits(await collect(logits, REDUCERS_SMALL), wanted);
    if (i % 3 === 2) await reader.cancel();
  }
});

const REDUCERS_SMALL = { lse: logSumExp(), y: target([3], { rank: true }) };

Deno.test("labels go by the source's own row numbers under a range of rows", async () => {
  const logits = fromArray([0, 1, 2, 3, 4, 5, 6, 7], { vocabulary: 2 });
  const reducers = { y: label([0, 1, -100, 1]), next: label([0, 1, 0, 1], { shift: true }) };
  const rows = await Array.fromAsync(reduce(logits, reducers, { rows: [1, 4] }));
  assertEquals(rows.map(({ y }) => y?.logit), [3, undefined, 7]);
  assertEquals(rows.map(({ next }) => next?.logit), [2, 5, undefined]);
});

Deno.test("an invalid row under throw ends a collect with its row and id", async () => {
  const logits = fromArray([0, 1, 2, NaN], { vocabulary: 2 });
  const error = await assertRejects(
    () => collect(logits, { lse: logSumExp() }, { onInvalid: "throw" }),
    Error,
    "row 1",
  );
  assertEquals([(error as { row?: number }).row, (error as { id?: number }).id], [1, 1]);
});

Deno.test("bytes of a logit: 2, 4 or 8", () => {
  assertEquals((["f32", "f64", "f16", "bf16"] as const).map(bytesOf), [4, 8, 2, 2]);
});
