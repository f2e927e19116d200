/** Promise: a flow takes a snapshot of a reducer that can change: what is accepted while it runs changes none of its rows. */
import { assertEquals, assertNotEquals } from "@std/assert";
import {
  collect,
  explain,
  finishState,
  fromArray,
  mirostat,
  penalties,
  reduce,
  type Reducer,
  reduceRow,
  reduceStates,
  type Sampler,
  sampler,
  tap,
} from "../../mod.ts";
import { specText } from "../../src/core/mod.ts";

const VOCABULARY = 3000, ROWS = 6;
const DATA = Float32Array.from({ length: ROWS * VOCABULARY }, (_, id) => 4 * Math.sin(id * id));
const LOGITS = fromArray(DATA, { vocabulary: VOCABULARY, chunk: 700 });
const made = () => sampler({ chain: [penalties({ repetition: 1.5 }), mirostat()], seed: 3, prompt: [5, 6] });

/** What `reduceRow`, row by row, gives of it as it is. */
function rowsOf(token: Sampler): unknown[] {
  return Array.from({ length: ROWS }, (_, index) => {
    const row = DATA.subarray(index * VOCABULARY, (index + 1) * VOCABULARY);
    return reduceRow(row, { token }, { index }).token;
  });
}

/** Makes a sampler another one: 40 tokens of the rows, each drawn, then accepted. */
function grow(token: Sampler): void {
  for (let step = 0; step < 40; step++) token.accept(token.draw(DATA.subarray(0, VOCABULARY)).id!);
}

const FLOWS: Record<string, (token: Sampler, change: () => void) => Promise<unknown[]>> = {
  async reduce(token, change) {
    const rows = [];
    for await (const row of reduce(LOGITS, { token })) {
      rows.push(row.token);
      change();
    }
    return rows;
  },
  async reduceStates(token, change) {
    const before = token.clone(), rows = [];
    for await (const state of reduceStates(LOGITS, { token })) {
      change();
      rows.push(finishState(state, { token: before }).token);
    }
    return rows;
  },
  async "a tap"(token, change) {
    const seen: unknown[] = [];
    const tapped = tap(LOGITS, { token }, ({ token, partial }) => {
      if (!partial) seen.push(token);
      change();
    });
    await Array.fromAsync(tapped.open());
    return seen;
  },
};

for (const [name, flow] of Object.entries(FLOWS)) {
  Deno.test(`${name}: accepting and drawing meanwhile changes no later row`, async () => {
    const token = made();
    const wanted = await flow(made(), () => {});
    let changed = false;
    const rows = await flow(token, () => {
      if (!changed) grow(token);
      changed = true;
    });
    assertEquals(rows, wanted);
    assertNotEquals(await flow(token, () => {}), wanted);
  });
}

Deno.test("a flow that was made is of the sampler as it was then, also before its first row is asked for", async () => {
  const token = made(), wanted = rowsOf(made());
  const rows = reduce(LOGITS, { token });
  const table = collect(LOGITS, { token });
  const plan = explain(LOGITS, { token });
  const text = specText(token.spec);
  grow(token);
  assertEquals((await Array.fromAsync(rows)).map(({ token }) => token), wanted);
  const { id } = (await table).token as unknown as Record<string, Float64Array>;
  assertEquals([...id], wanted.map((sample) => (sample as { id: number }).id));
  assertEquals(plan.kernels.includes(text), true);
});

/** Counts the logits above a bar that its owner may move. */
function counter(bar: { height: number }): Reducer<number, { count: number }> {
  return {
    get spec() {
      return { name: "acme:above", params: { height: bar.height }, inputs: [] };
    },
    snapshot: () => counter({ ...bar }),
    init: () => ({ count: 0 }),
    step: (state, { values }) => values.forEach((x) => state.count += Number(x > bar.height)),
    merge: (into, { count }) => into.count += count,
    finish: ({ count }) => count,
  };
}

Deno.test("a reducer of one's own may have snapshots too", async () => {
  const bar = { height: 0 }, above = counter(bar);
  const rows = reduce(fromArray([1, 2, 3, 4], { vocabulary: 2 }), { above });
  bar.height = 3;
  assertEquals((await Array.fromAsync(rows)).map(({ above }) => above), [2, 2]);
  assertEquals(reduceRow(Float32Array.of(3, 4), { above }).above, 1);
});

Deno.test("the sampler itself goes on from where it is: a flow changes no memory", async () => {
  const token = made(), other = made();
  await Array.fromAsync(reduce(LOGITS, { token }));
  assertEquals(token.spec, other.spec);
  assertEquals(token.draw(DATA.subarray(0, VOCABULARY)), other.draw(DATA.subarray(0, VOCABULARY)));
});
