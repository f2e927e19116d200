/** Promise: a row that is done, or has failed, gives its slot back; a tenant has one place at most. */
import { assertEquals, assertThrows } from "@std/assert";
import { loadKernels, Places } from "../../kernels/mod.ts";
import {
  finishState,
  fromArray,
  logSumExp,
  maximum,
  mergeStates,
  type Reducer,
  reduceRow,
  reduceStates,
} from "@sluice/sluice";

const SLOTS = 64;
const ROW = Float32Array.from({ length: 5000 }, (_, id) => Math.sin(id * id));

/** How many slots are still taken after some work. */
async function kept(work: () => unknown): Promise<number> {
  const { slots } = loadKernels().arena;
  const mine = Array.from({ length: SLOTS }, () => ({}));
  let left = 0;
  const take = (tenant: object) => slots.take(tenant, () => left++);
  // All others must leave.
  mine.forEach(take);
  mine.slice(SLOTS / 2).forEach((tenant) => slots.giveBack(tenant));
  await work();
  assertEquals(left, 0);
  mine.slice(SLOTS / 2).forEach(take);
  mine.forEach((tenant) => slots.giveBack(tenant));
  return left;
}

/** Fails where it is told to. */
function failing(where: "step" | "finish" | "merge" | undefined): Reducer<number> {
  const at = (here: typeof where) => {
    if (where === here) throw new Error(`the ${here} fails`);
  };
  return {
    spec: { name: "failing", params: {}, inputs: [] },
    init: () => null,
    step: (_, { start }) => start > 1000 && at("step"),
    merge: () => at("merge"),
    finish: () => (at("finish"), 0),
  };
}

Deno.test("reduceRow gives its slots back, however it ends", async () => {
  for (const where of ["step", "finish", undefined] as const) {
    const reduced = () => reduceRow({ a: ROW, b: ROW }, { f: { ...failing(where), streams: ["a"] } });
    assertEquals(await kept(where ? () => assertThrows(reduced, Error, `the ${where} fails`) : reduced), 0, where);
    const again = { ...failing(undefined), second: () => failing(where) };
    const twice = () => reduceRow(ROW, { again });
    assertEquals(await kept(where ? () => assertThrows(twice, Error, `the ${where} fails`) : twice), 0, where);
  }
});

Deno.test("to look at a state takes no slot, and neither does a merge that fails", async () => {
  const reducers = { best: maximum(), lse: logSumExp() };
  const part = async (from: number, to: number, reducers: Record<string, Reducer<unknown>>) =>
    (await Array.fromAsync(reduceStates(fromArray(ROW), reducers, { columns: [from, to] })))[0];
  const state = await part(100, 4000, reducers);
  // The first look brings the state itself into the arena.
  const looks = (count: number) =>
    kept(() => {
      for (let i = 0; i < count; i++) finishState(state, reducers, { partial: true });
    });
  assertEquals(await looks(5), await looks(1));
  const bad = { f: failing("merge"), lse: logSumExp() };
  const parts = [await part(100, 1500, bad), await part(1500, 4000, bad)];
  assertEquals(await kept(() => assertThrows(() => mergeStates(parts), Error, "the merge fails")), 0);
  assertEquals(await kept(() => assertThrows(() => finishState(parts[0], bad, { partial: true }))), 0);
});

Deno.test("a tenant that takes a place again keeps the one it has", () => {
  const places = new Places([64, 128]), tenant = {}, other = {};
  const at = places.take(tenant, () => {});
  assertEquals(places.take(tenant, () => {}), at);
  assertEquals(new Set([at, places.take(other, () => {})]), new Set([64, 128]));
  places.giveBack(tenant);
  assertEquals([places.of(tenant), places.take({}, () => {}), places.of(other) === at], [undefined, at, false]);
});
