// A check sum proves bytes, not sense: a state of folds that somebody else wrote, with a sound check sum and one lie in it, is refused by a
// typed error, or it is one that the fold can hold: then it takes items, merges, finishes and is saved, quickly and with typed errors only.
import { assert } from "@std/assert";
import { errorCode, type Folds, StateFormatError } from "../../src/core/mod.ts";
import { FoldState, loadFolds, saveFolds } from "../../src/folds/mod.ts";
import { forgeriesOf } from "../support/forgeries.ts";
import { Random } from "../support/random.ts";
import { contentOf, type Loose, withContent } from "../support/state_bytes.ts";
import { TABLE } from "./_table.ts";

/** The state, if it is not refused. */
function loaded(bytes: Uint8Array, folds: Folds, where: string): FoldState | undefined {
  try {
    return loadFolds(bytes, folds);
  } catch (error) {
    assert(error instanceof StateFormatError, `${where}: ${error}`);
  }
}

/** Uses a state in every way. */
function use(state: FoldState, folds: Folds, items: readonly unknown[], where: string): void {
  try {
    for (const item of items) state.step(item);
    if (Object.values(folds).every(({ merge }) => merge)) {
      const other = new FoldState(folds);
      other.merge(state);
      state.merge(other);
    }
    state.finish();
    saveFolds(state);
  } catch (error) {
    assert(errorCode(error), `${where}: ${error}`);
  }
}

for (const [name, { make, item }] of Object.entries(TABLE)) {
  const folds: Folds = { it: make() };

  Deno.test(`${name}: a state with a lie in it is refused, or is one`, () => {
    const random = new Random(21), items = Array.from({ length: 60 }, () => item(random));
    const state = new FoldState(folds);
    for (const one of items) state.step(one);
    const bytes = saveFolds(state);
    const take = (content: Loose) => structuredClone(content);
    const content = contentOf(bytes);
    for (const { place, apply } of forgeriesOf(take(content), random)) {
      if (place === "folds") continue;
      const forged = take(content);
      apply(forged);
      let wrong: Uint8Array;
      try {
        wrong = withContent(bytes, forged);
      } catch {
        // What no writer can write.
        continue;
      }
      const found = loaded(wrong, folds, `${name} ${place}`);
      if (found) use(found, folds, items.slice(0, 5), `${name} ${place}`);
    }
  });
}
