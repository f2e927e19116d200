// What does not fit is a typed error or a counted row, never a wrong number.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { logSumExp } from "../../mod.ts";
import { errorCode, ParameterError, ShapeError } from "../../src/core/mod.ts";
import * as folds from "../../src/folds/mod.ts";

const { fold, sequences } = folds;

// deno-lint-ignore no-explicit-any
const any = (value: unknown): any => value;

Deno.test("folds that are none, rows that are none", async () => {
  for (const wrong of [undefined, null, {}, [], 5, { it: 5 }, { it: folds.meanNll }, { it: {} }]) {
    const error = await assertRejects(() => fold([], any(wrong)), ParameterError, "Cannot fold by");
    assertEquals(errorCode(error), "E_PARAM");
  }
  for (const wrong of [undefined, 5, "abc", {}]) {
    await assertRejects(() => fold(any(wrong), { it: folds.meanNll() }), ParameterError, "wanted a stream of rows");
  }
  await assertRejects(() => fold([], any({ it: folds.meanNll })), ParameterError, "call it: it()");
  await assertRejects(() => fold([], any({ it: logSumExp() })), ParameterError, "reducers are for reduce");
});

Deno.test("items that are none, and values of another kind", async () => {
  for (const wrong of [5, "x", null, undefined]) {
    await assertRejects(() => fold([wrong], { it: folds.mean("x") }), ParameterError, "wanted an object with");
  }
  for (const wrong of ["1", true, {}, 1n]) {
    await assertRejects(() => fold([{ x: wrong }], { it: folds.mean("x") }), ParameterError, 'whose "x" is');
  }
  await assertRejects(
    () => fold([{ probability: 1.5, positive: true }], { it: folds.logLoss() }),
    ParameterError,
    "from 0 to 1",
  );
  await assertRejects(
    () => fold([{ probability: 0.5, positive: 1 }], { it: folds.brierScore() }),
    ParameterError,
    "true or false",
  );
});

Deno.test("NaN is counted where it would spoil an order, and spoils what is a sum", async () => {
  const items = [1, NaN, 0].map((score, i) => ({
    score,
    confidence: score,
    known: true,
    correct: true,
    positive: i === 0,
  }));
  const found = await fold(items, {
    a: folds.auroc(),
    p: folds.aupr(),
    o: folds.oscr(),
    e: folds.ece(),
    m: folds.mean("score"),
  });
  assertEquals([found.a.invalid, found.p.invalid, found.o.invalid, found.e.invalid], [1, 1, 1, 1]);
  assertEquals([found.a.auroc, found.m.mean], [1, NaN]);
});

Deno.test("without a class there is no area, and the counts say so", async () => {
  const items = [{ score: 1, positive: true, known: false }];
  const { a, o } = await fold(items, { a: folds.auroc(), o: folds.oscr() });
  assertEquals([a.positives, a.negatives, a.auroc], [1, 0, undefined]);
  assertEquals([o.known, o.unknown, o.oscr], [0, 1, undefined]);
  const { p } = await fold([{ score: 1, positive: false }], { p: folds.aupr() });
  assertEquals(p.aupr, undefined);
});

Deno.test("a pair or a token without its reference is refused by name", async () => {
  const half = [{ policy: { logprob: -1 } }];
  for (
    const it of [
      folds.logRatio("policy.logprob", "reference.logprob"),
      folds.processRewards({ beta: 1 }),
      folds.oreo(),
    ]
  ) {
    await assertRejects(() => fold(half, { it }), ParameterError, 'without "reference.logprob"');
  }
  const pair = [{ chosen: { logprob: -1 } }];
  await assertRejects(() => fold(pair, { it: folds.rankingAccuracy() }), ParameterError, 'without "rejected.logprob"');
  const rows = [{ policy: { logprob: -1 }, reference: { logprob: -1 }, value: 0 }];
  await assertRejects(() => fold(rows, { it: folds.oreo() }), ParameterError, 'has no "reward"');
  await assertRejects(
    () => fold([{ y: { logprob: -1 } }], { it: folds.curvature() }),
    ParameterError,
    'without "entropy"',
  );
});

Deno.test("accuracy refuses a list that is too short to tell", async () => {
  const row = { y: { id: 1, logprob: -1 }, top: [{ id: 0 }, { id: 2 }] };
  await assertRejects(() => fold([row], { it: folds.accuracy({ k: 3, top: "top" }) }), ParameterError, "topK(3)");
  await assertRejects(() => fold([row], { it: folds.accuracy() }), ParameterError, "has no rank");
  const masked = { ...row, y: { id: 1, logprob: -Infinity } };
  const { it } = await fold([masked, { ...row, y: { id: 1, logprob: NaN } }], {
    it: folds.accuracy({ k: 3, top: "top" }),
  });
  assertEquals([it.rows, it.correct, it.invalid], [1, 0, 1]);
});

Deno.test("lengths that do not add up, empty sequences, reserved names", async () => {
  const rows = [1, 2, 3].map((x) => ({ x })), of = { m: folds.mean("x") };
  const run = async (lengths: unknown) => await Array.fromAsync(sequences(rows, of, { lengths: any(lengths) }));
  const empty = await run([0, 2, 0, 1, 0]);
  assertEquals(empty.map(({ sequence, tokens, m }) => [sequence, tokens, m.rows]), [
    [0, 0, 0],
    [1, 2, 2],
    [2, 0, 0],
    [3, 1, 1],
    [4, 0, 0],
  ]);
  for (const lengths of [[2], [2, 2], [4], []]) {
    const error = await assertRejects(() => run(lengths), ShapeError, "Cannot cut rows into");
    assertEquals(errorCode(error), "E_SHAPE");
  }
  for (const lengths of [[1.5], [-1, 4], ["3"], 3, undefined]) await assertRejects(() => run(lengths), ParameterError);
  assertThrows(() => sequences(rows, { tokens: folds.mean("x") }, { lengths: [3] }), ParameterError, "choose another");
});

Deno.test("cancelling a stream of sequences cancels its rows", async () => {
  let cancelled = false;
  const rows = new ReadableStream({ pull: (to) => to.enqueue({ x: 1 }), cancel: () => void (cancelled = true) });
  const reader = sequences(rows, { m: folds.mean("x") }, { lengths: Array(1000).fill(2) }).getReader();
  assertEquals((await reader.read()).value!.m.mean, 1);
  await reader.cancel();
  assert(cancelled);
});

Deno.test("a stream that fails, fails the fold with its own error", async () => {
  const rows = ReadableStream.from(async function* () {
    yield { x: 1 };
    await Promise.reject(new Error("gone"));
  }());
  await assertRejects(() => fold(rows, { m: folds.mean("x") }), Error, "gone");
});

Deno.test("states of other folds, and what is no state", () => {
  const one = new folds.FoldState({ m: folds.mean("x") }), other = new folds.FoldState({ m: folds.mean("y") });
  assertEquals(errorCode(assertThrows(() => one.merge(other))), "E_MERGE_MISMATCH");
  assertThrows(() => one.merge(one), ParameterError, "itself");
  assertThrows(() => one.merge(any({})), ParameterError, "wanted a FoldState");
  assertThrows(() => folds.saveFolds(any({})), ParameterError, "wanted a FoldState");
  assertThrows(() => folds.loadFolds(any("x"), { m: folds.mean("x") }), ParameterError);
});

Deno.test("bins of equal mass refuse more items than they keep", async () => {
  const items = Array.from({ length: 5 }, () => ({ confidence: 0.5, correct: true }));
  await assertRejects(() => fold(items, { it: folds.ece({ of: "mass", limit: 4 }) }), ParameterError, "equal width");
});

Deno.test("options that exclude each other, and numbers out of their range", () => {
  assertThrows(() => folds.curvature({ entropy: "h", expected: "mu" }), ParameterError, "one of them");
  assertThrows(() => folds.advantageFilter({ margin: 1, lambda: 1 }), ParameterError, "one of them");
  assertThrows(() => folds.hedge({ eta: 1, experts: [] }), ParameterError, "a list of paths");
  assertThrows(() => folds.hedge({ eta: 1, experts: ["a", "b"], hints: ["c"] }), ParameterError, "one for each of 2");
  assertThrows(() => folds.oreal({ correct: any("yes") }), ParameterError, "true or false");
  assertThrows(() => folds.candidateSoftmax([-Infinity]), ParameterError);
  assertThrows(() => folds.candidateSoftmax(any([1, undefined])), ParameterError);
  assertThrows(() => folds.leaveOneOut(any({ length: 2 })), ParameterError);
  assertThrows(() => folds.candidateSoftmax([1, NaN]), ParameterError);
  assertThrows(() => folds.leaveOneOut([1]), ParameterError);
  assertThrows(() => folds.softValue([1], [1, 2], { beta: 1 }), ParameterError);
  assertThrows(() => folds.idealLogRatio(any("1"), { preference: 0.5, beta: 1 }), ParameterError);
  assertThrows(() => folds.dpoDifficulty(NaN, 1), ParameterError);
});
