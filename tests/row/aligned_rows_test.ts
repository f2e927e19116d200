/** Promise: a step gets a segment of each stream that its reducer names; what names none, or are more rows than there are lanes, is refused. */
import { assertEquals, assertThrows } from "@std/assert";
import { LANES } from "../../kernels/mod.ts";
import { ParameterError, type Reducer, reduceRow, type Segment, ShapeError } from "@sluice/sluice";

/** Counts the segments that its steps get. */
function counting(streams: unknown): Reducer<number, { segments: number }> {
  return {
    spec: { name: "counting", params: {}, inputs: [] },
    streams: streams as string[],
    init: () => ({ segments: 0 }),
    step: (state, ...aligned: Segment[]) => void (state.segments += aligned.length),
    merge: (into, from) => void (into.segments += from.segments),
    finish: ({ segments }) => segments,
  };
}

const a = Float32Array.of(1, 2, 3), b = Float32Array.of(3, 2, 1);

Deno.test("a stream that is named twice is given twice, of however many rows", () => {
  for (const rows of [{ a }, { a, b }]) {
    const { once, twice } = reduceRow(rows, { once: counting(["a"]), twice: counting(["a", "a"]) });
    assertEquals([once, twice], [1, 2]);
  }
});

Deno.test("streams that are no list of names are refused, whatever the rows", () => {
  const refusals: [unknown, string][] = [
    [[], '"n", whose streams is []: wanted a list of at least one name'],
    ["ab", '"n", whose streams is ab: wanted a list of at least one name'],
    [null, '"n", whose streams is null: wanted a list of at least one name'],
    [{ 0: "a" }, '"n", whose streams is an object: wanted a list of at least one name'],
    [["a", ""], '"n", whose streams[1] is "": wanted a name'],
    [[7], '"n", whose streams[0] is 7: wanted a name'],
    [[, "a"], '"n", whose streams[0] is undefined: wanted a name'],
  ];
  for (const [streams, says] of refusals) {
    for (const rows of [a, { a }, { a, b }]) {
      const error = assertThrows(() => reduceRow(rows, { n: counting(streams) }), ParameterError, says);
      assertEquals(error.code, "E_PARAM");
    }
  }
});

Deno.test("rows by name may come in a record without a prototype", () => {
  const rows: Record<string, Float32Array> = Object.assign(Object.create(null), { a, b });
  assertEquals(reduceRow(rows, { n: counting(["b", "a"]) }).n, 2);
});

Deno.test("more aligned rows than there are lanes are refused by their number", () => {
  const rows = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, a]));
  assertEquals(reduceRow(rows(LANES), { n: counting(Object.keys(rows(LANES))) }).n, LANES);
  const error = assertThrows(
    () => reduceRow(rows(LANES + 1), { n: counting(["s0"]) }),
    ShapeError,
    `Cannot reduce ${LANES + 1} aligned rows: wanted at most ${LANES}`,
  );
  assertEquals(error.code, "E_SHAPE");
});
