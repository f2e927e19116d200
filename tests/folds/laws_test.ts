// Laws of folds: any split of the items, merged in any tree, gives the same bits and the same bytes; a state that was saved goes on as if it
// had not been; what was folded of a stream is what was folded of its items; foreign bytes are refused.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CATALOGUE } from "../../src/catalogue/mod.ts";
import { errorCode, type Folds, StateFormatError } from "../../src/core/mod.ts";
import { fold, FoldState, loadFolds, saveFolds } from "../../src/folds/mod.ts";
import { Random } from "../support/random.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { TABLE } from "./_table.ts";

function stateOf(folds: Folds, items: readonly unknown[]): FoldState {
  const state = new FoldState(folds);
  for (const item of items) state.step(item);
  return state;
}

/** Merges parts two by two, at random, until one is left. */
function merged(random: Random, parts: FoldState[]): FoldState {
  const left = [...parts];
  while (left.length > 1) {
    const [from] = left.splice(random.whole(left.length), 1);
    left[random.whole(left.length)].merge(from);
  }
  return left[0];
}

Deno.test("every fold of the catalogue is in the table", () => {
  const wanted = CATALOGUE.filter(({ kind }) => kind === "fold").map(({ name }) => name).sort();
  const found = new Set(Object.keys(TABLE).map((name) => name.split(" ")[0]));
  assertEquals([...found].sort(), wanted);
});

for (const [name, { make, item }] of Object.entries(TABLE)) {
  const folds: Folds = { it: make() };
  const itemsOf = (random: Random, count: number) => Array.from({ length: count }, () => item(random));

  if (folds.it.merge) {
    Deno.test(`${name}: any order, any split, any tree: the same bits, the same bytes`, () => {
      for (let seed = 0; seed < 12; seed++) {
        const random = new Random(seed), items = itemsOf(random, 1 + random.whole(130));
        const whole = stateOf(folds, items), wanted = whole.finish();
        const parts: unknown[][] = Array.from({ length: 1 + random.whole(9) }, () => []);
        for (const one of random.shuffle(items)) parts[random.whole(parts.length)].push(one);
        const again = merged(random, parts.map((part) => stateOf(folds, part)));
        assertEquals(again.items, items.length);
        assertSameBits(again.finish(), wanted, `${name} seed ${seed}`);
        assertEquals(saveFolds(again), saveFolds(whole));
      }
    });

    Deno.test(`${name}: merging leaves the other state as it was, and nothing is neutral`, () => {
      const random = new Random(77), [a, b] = [itemsOf(random, 20), itemsOf(random, 30)];
      const into = stateOf(folds, a), from = stateOf(folds, b), before = saveFolds(from);
      into.merge(from);
      assertEquals(saveFolds(from), before);
      const after = saveFolds(into);
      into.merge(new FoldState(folds));
      assertEquals(saveFolds(into), after);
      const empty = new FoldState(folds);
      empty.merge(from);
      assertEquals(saveFolds(empty), before);
    });
  } else {
    Deno.test(`${name}: takes its items in their order, and says so`, () => {
      const error = assertThrows(() => new FoldState(folds).merge(new FoldState(folds)), RangeError, "in their order");
      assertEquals(errorCode(error), "E_PARAM");
    });
  }

  Deno.test(`${name}: saved in the middle, it goes on to the same bits; damage is refused`, async () => {
    const random = new Random(5), items = itemsOf(random, 60);
    const state = stateOf(folds, items.slice(0, 25));
    const bytes = saveFolds(state), loaded = loadFolds(bytes, folds);
    assertEquals(saveFolds(loaded), bytes);
    for (const one of items.slice(25)) loaded.step(one);
    const wanted = stateOf(folds, items).finish();
    assertSameBits(loaded.finish(), wanted, name);
    assertSameBits(await fold(ReadableStream.from(items), folds), wanted, name);
    for (let i = 0; i < 20; i++) {
      const wrong = bytes.slice();
      wrong[random.whole(bytes.length)] ^= 1 << random.whole(8);
      assertThrows(() => loadFolds(wrong, folds), StateFormatError);
    }
    const other = assertThrows(() => loadFolds(bytes, { other: folds.it }), StateFormatError);
    assertEquals(errorCode(other), "E_MERGE_MISMATCH");
  });

  Deno.test(`${name}: a result is repeatable, of nothing too`, () => {
    const state = stateOf(folds, itemsOf(new Random(9), 17));
    assertSameBits(state.finish(), state.finish());
    const empty = new FoldState(folds);
    assertSameBits(loadFolds(saveFolds(empty), folds).finish(), empty.finish());
    assert(saveFolds(empty).length > 0);
  });
}
