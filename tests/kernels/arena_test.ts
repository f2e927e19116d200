/** Promise: what an arena has lent is nobody else's until it comes back, and what must leave a place is not lost. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Arena, ArenaFullError, type Lane, loadKernels, SLOT_BYTES, TILE, TILES } from "../../kernels/mod.ts";
import { BACKENDS } from "./support.ts";

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
  for (const buffer of lent) {
    assertEquals(buffer.length, arena.bufferBytes);
    arena.giveBack(buffer);
  }
  assertEquals(arena.lendBuffer().buffer === memory, true);
});
