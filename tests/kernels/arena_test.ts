/** Promise: what an arena has lent is nobody else's until it comes back, and what must leave a place is not lost. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Arena,
  ArenaFullError,
  type Lane,
  loadKernels,
  Loans,
  SLOT_BYTES,
  TILE,
  TILES,
} from "../../kernels/mod.ts";
import { BACKENDS, uniform } from "./support.ts";

const ALL = [...BACKENDS.map((backend) => loadKernels(backend)), loadKernels("reference", "f64")];

/** Every lane, lent at once. */
function everyLane(arena: Arena, lanes: readonly Lane[] = []): readonly Lane[] {
  try {
    return arena.lend((lane) => everyLane(arena, [...lanes, lane]));
  } catch (error) {
    if (!(error instanceof ArenaFullError)) throw error;
    return lanes;
  }
}

/** The row store, and all that is lent as rows. */
function storeParts(arena: Arena, tile: number): [number, number][] {
  const owner = {}, { length, table, weights, logits } = arena.lendStore(owner)!;
  arena.giveStoreBack(owner);
  assertEquals([length * tile / TILE, length % TILE], [2 ** 23, 0]);
  const lent = arena.loans.lend(2 ** 23)!;
  arena.loans.giveBack(lent);
  assertEquals(arena.worked, table);
  return [[table, 128 * length / TILE], [weights, 2 ** 23], [logits, 2 ** 23], [lent, 2 ** 23]];
}

Deno.test("the arena's parts are aligned, apart, and inside its memory", () => {
  for (const { arena, memory, element } of ALL) {
    const tile = TILE * (element === "f64" ? 8 : 4);
    const lanes = everyLane(arena);
    assert(lanes.length >= 8);
    const parts = [
      [arena.spare, SLOT_BYTES],
      [arena.out, 64],
      [arena.indices, 4 * TILE],
      [arena.scratch, 2 * tile],
      ...storeParts(arena, tile),
      ...lanes.flatMap(({ stage, mapped, table, rows }) => [
        [stage, TILES * tile],
        [mapped, TILES * tile],
        [table, rows.byteLength],
      ]),
    ].sort(([a], [b]) => a - b);
    parts.forEach(([at, bytes], i) => {
      assertEquals(at % 64, 0);
      assert(at + bytes <= (parts[i + 1]?.[0] ?? memory.byteLength));
    });
    for (const { table, rows } of lanes) assertEquals([rows.buffer === memory, rows.byteOffset], [true, table]);
  }
});

Deno.test("lanes are lent like a stack, and come back however the work ends", () => {
  const { arena } = loadKernels();
  const first = arena.lend((lane) => lane);
  arena.lend((outer) => {
    assertEquals(outer, first);
    assertThrows(
      () =>
        arena.lendMany(2, (inner) => {
          assertEquals(new Set([outer, ...inner]).size, 3);
          throw new Error("the work failed");
        }),
      Error,
      "the work failed",
    );
    arena.lend((again) => assert(again !== outer));
  });
  assertEquals(arena.lend((lane) => lane), first);
});

Deno.test("more lanes than there are are refused, and those lent before stay", () => {
  const { arena } = loadKernels();
  const count = everyLane(arena).length;
  const error = assertThrows(() => arena.lendMany(count + 1, () => {}), ArenaFullError, "from inside itself");
  assertEquals([error.name, error.code], ["ArenaFullError", "E_ARENA_FULL"]);
  assertEquals(everyLane(arena).length, count);
});

Deno.test("read buffers are lent until they come back; beyond them there is memory outside", () => {
  const { arena, memory } = loadKernels();
  const lent: Uint8Array[] = [];
  do lent.push(arena.lendBuffer()); while (lent.at(-1)!.buffer === memory);
  assertEquals(new Set(lent.slice(0, -1).map(({ byteOffset }) => byteOffset)).size, lent.length - 1);
  for (const [i, buffer] of lent.entries()) {
    assertEquals(buffer.length, i < lent.length - 1 ? arena.bufferBytes : arena.bufferBytes / 4);
    arena.giveBack(buffer);
  }
  assertEquals(arena.lendBuffer().buffer === memory, true);
});

Deno.test("the row store has one owner at a time: others get nothing, and cannot give it back", () => {
  const { arena } = loadKernels();
  const first = {}, second = {};
  const store = arena.lendStore(first);
  assert(store !== undefined);
  assertEquals([arena.lendStore(second), arena.lendStore(first)], [undefined, undefined]);
  arena.giveStoreBack(second);
  assertEquals(arena.lendStore(second), undefined);
  arena.giveStoreBack(first);
  assertEquals(arena.lendStore(second), store);
  arena.giveStoreBack(first);
  assertEquals(arena.lendStore(first), undefined);
  arena.giveStoreBack(second);
  arena.giveStoreBack(second);
});

Deno.test("what is worked in and what is reserved are counted apart, and make up the memory", () => {
  for (const { arena, memory, element } of ALL) {
    assertEquals(arena.worked + arena.reserved, memory.byteLength);
    assert(arena.worked < (element === "f64" ? 13 : 9) * 2 ** 20);
  }
});

Deno.test("pieces that are lent are aligned and apart, whatever comes and goes", () => {
  const next = uniform(5), loans = new Loans(64, 2 ** 16), lent = new Map<number, number>();
  for (let turn = 0; turn < 5000; turn++) {
    const [first] = lent.keys();
    if (lent.size > 0 && next() < 0.45) {
      loans.giveBack(first);
      lent.delete(first);
      continue;
    }
    const bytes = Math.floor(2 ** (13 * next()));
    const at = loans.lend(bytes);
    if (at === undefined) continue;
    assertEquals(at % 64, 0);
    assert(at >= 64 && at + bytes <= 64 + 2 ** 16);
    for (const [other, size] of lent) assert(at + bytes <= other || other + size <= at, `${at} is lent twice`);
    lent.set(at, bytes);
  }
  for (const at of lent.keys()) loans.giveBack(at);
  loans.giveBack(7);
  assertEquals(loans.lend(2 ** 16), 64, "all of it comes back");
});
