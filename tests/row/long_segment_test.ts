/** Promise: a segment that a caller hands to a reducer's step may have any length: it stays in its lane, and counts as its tiles do. */
import { assert, assertEquals } from "@std/assert";
import { type Arena, ArenaFullError, type Lane, loadKernels, TILE, TILES } from "../../kernels/mod.ts";
import { keepTopP, penalties, type Reducer, sampler } from "@sluice/sluice";
import { entropy, maximum, topK } from "@sluice/sluice/reducers";

const LENGTH = 100 * TILE;
const narrow = Float32Array.from({ length: LENGTH }, (_, id) => 4 * Math.sin(id * id));

const REDUCERS: Readonly<Record<string, () => Reducer<unknown>>> = {
  "a plain draw": () => sampler({ seed: 1 }),
  "a cut": () => sampler({ seed: 1, chain: [keepTopP(0.9)], draws: 2 }),
  "edits before a cut": () =>
    sampler({ seed: 1, chain: [penalties({ repetition: 1.3 }), keepTopP(0.9)], prompt: [1, 2, 3] }),
  topK: () => topK(20),
  maximum,
  entropy,
};

/** Every lane, lent at once. */
function everyLane(arena: Arena, lanes: readonly Lane[] = []): readonly Lane[] {
  try {
    return arena.lend((lane) => everyLane(arena, [...lanes, lane]));
  } catch (error) {
    assert(error instanceof ArenaFullError);
    return lanes;
  }
}

for (const [name, make] of Object.entries(REDUCERS)) {
  for (const values of [narrow, Float64Array.from(narrow)]) {
    Deno.test(`a segment of ${LENGTH / TILE} tiles is that many segments: ${name}, ${values.constructor.name}`, () => {
      const { arena, memory } = loadKernels(undefined, values instanceof Float64Array ? "f64" : "f32");
      // Edits take a lane beside the segment's own, and a race one more.
      const others = everyLane(arena).slice(3).map(({ stage }) => new Uint8Array(memory, stage, TILES * TILE));
      others.forEach((bytes, i) => bytes.fill(i + 1));
      const reducer = make(), whole = reducer.init(0), tiled = reducer.init(0);
      reducer.step(whole, { values, row: 0, start: 0 });
      others.forEach((bytes, i) => assert(bytes.every((byte) => byte === i + 1), `lane ${i + 3} was written to`));
      for (let start = 0; start < LENGTH; start += TILE) {
        reducer.step(tiled, { values: values.subarray(start, start + TILE), row: 0, start });
      }
      assertEquals(reducer.canonical?.(whole) ?? whole, reducer.canonical?.(tiled) ?? tiled);
    });
  }
}
