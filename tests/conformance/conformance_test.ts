// Every case of the shared vectors whose op exists here, on every backend and in float64, whole, in chunks of 1, 2, 3, 7, 16 and
// 64, and in parts merged in any order. Where we differ on purpose the case is in `deviations.ts`, and really differs; ops that
// do not exist yet are listed with what they come with.
import { assert, assertEquals } from "@std/assert";
import { ADAPTERS, inTopKByRank, missing } from "./adapters.ts";
import { DEVIATIONS } from "./deviations.ts";
import { numbersOf, type VectorCase, vectorCases } from "./vector_case.ts";
import { type Way, waysOf } from "./way.ts";

const CASES = vectorCases();
const RUNNABLE = CASES.filter((vector) => !missing(vector));

function waysFor({ tags = [] }: VectorCase): Way[] {
  return waysOf(tags.includes("precision"));
}

function deviates(id: string, way: Way): boolean {
  return DEVIATIONS.some((one) => one.id === id && (one.dtype ?? way.dtype) === way.dtype);
}

/** The first difference, if any. */
function differenceOf(
  found: Readonly<Record<string, readonly number[] | number>>,
  vector: VectorCase,
  way: Way,
): string | undefined {
  const { expected, tol } = vector;
  const narrow = way.dtype === "f32" && Object.values(vector.inputs).some(({ dtype }) => dtype === "float64");
  const rtol = narrow ? Math.max(tol.rtol, 2e-6) : tol.rtol;
  for (const [name, wanted] of Object.entries(expected)) {
    if (name === "source_order") continue;
    const values = [found[name]].flat();
    const numbers = typeof wanted === "number" ? [wanted] : numbersOf(wanted);
    if (values.length !== numbers.length) return `${name}: ${values.length} values, wanted ${numbers.length}`;
    const at = numbers.findIndex((number, i) => !close(values[i], number, rtol, tol.atol, narrow));
    if (at >= 0) return `${name}[${at}]: found ${values[at]}, wanted ${numbers[at]} (rtol ${rtol}, atol ${tol.atol})`;
  }
  return undefined;
}

function close(found: number, wanted: number, rtol: number, atol: number, narrow: boolean): boolean {
  if (Object.is(found, wanted) || found === wanted) return true;
  if (!Number.isFinite(wanted)) return false;
  if (narrow && Math.abs(wanted) < 1.2e-38 && found === 0) return true;
  return Math.abs(found - wanted) <= atol + rtol * Math.abs(wanted);
}

/** How a case comes out one way: the difference, an error, or nothing. */
async function outcome(vector: VectorCase, way: Way): Promise<string | undefined> {
  try {
    const found = await ADAPTERS[vector.op](vector, way);
    if (vector.expected.error) return `gave ${JSON.stringify(found)}, wanted an error: ${vector.expected.error}`;
    return differenceOf(found, vector, way);
  } catch (error) {
    if (vector.expected.error && error instanceof RangeError) return undefined;
    return `${error}`;
  }
}

const groups = Map.groupBy(RUNNABLE, ({ op }) => op);
for (const [op, vectors] of groups) {
  Deno.test(`conformance: ${op}, ${vectors.length} cases`, async () => {
    const failures: string[] = [];
    for (const vector of vectors) {
      for (const way of waysFor(vector).filter((way) => !deviates(vector.id, way))) {
        const difference = await outcome(vector, way);
        if (difference) failures.push(`${vector.id}, ${way.name}: ${difference}`);
      }
    }
    assertEquals(failures, []);
  });
}

Deno.test(`conformance: ${DEVIATIONS.length} deviations, each a case that differs every way`, async () => {
  for (const { id, dtype, reason } of DEVIATIONS) {
    const vector = RUNNABLE.find((one) => one.id === id);
    assert(vector, `${id} is not a case that runs`);
    assert(reason.length > 20);
    for (const way of waysFor(vector).filter((way) => deviates(id, way))) {
      // The reference has float64 sums: on f32 rows it may agree where the SIMD kernels cannot.
      if (dtype === "f32" && way.backend === "reference") continue;
      assert(await outcome(vector, way), `${id} agrees, ${way.name}`);
    }
  }
});

Deno.test("conformance: in_topk by rank is in_topk by list, but for ties", async () => {
  for (const vector of groups.get("in_topk")!.filter(({ tags = [] }) => !tags.includes("ties"))) {
    for (const way of waysFor(vector)) assertEquals(await inTopKByRank(vector, way), numbersOf(vector.expected.y));
  }
});

Deno.test("conformance: how many cases ran, and what the others come with", () => {
  const ran = [...groups].map(([op, vectors]) => `${vectors.length} ${op}`);
  const left = Map.groupBy(CASES.filter(missing), (vector) => `${vector.op}: ${missing(vector)!.split(": ")[0]}`);
  console.log(`${RUNNABLE.length} of ${CASES.length} cases run (${DEVIATIONS.length} deviate): ${ran.join(", ")}`);
  for (const [why, vectors] of left) console.log(`not yet, ${vectors.length} of ${why}`);
  assertEquals(CASES.length, new Set(CASES.map(({ id }) => id)).size);
  assert(RUNNABLE.length >= 130, "an op that used to run does not");
});
