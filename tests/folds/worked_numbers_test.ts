// The numbers of the papers' page: each fold on the fixtures that all of them share.
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  accuracy,
  advantageFilter,
  aupr,
  auroc,
  awr,
  brierScore,
  candidateSoftmax,
  collapse,
  curvature,
  dpoDifficulty,
  ece,
  effectiveSampleSize,
  fold,
  hedge,
  idealLogRatio,
  leaveOneOut,
  logLoss,
  logRatio,
  marginalLogLikelihood,
  mean,
  meanNll,
  oreal,
  oreo,
  oscr,
  processRewards,
  rankingAccuracy,
  rewardDistance,
  sequenceLogprob,
  sequenceUtility,
  softValue,
  winRate,
} from "../../src/folds/mod.ts";
import { softplus } from "../../src/preference/inside.ts";
import { entropy, label, LabelSummary, reduceRow, varentropy } from "../../mod.ts";
import { Random } from "../support/random.ts";

const X = [1.5, -0.75, 3.25, 0, 2, -2.5], T = [1, -0.5, 2.75, 0.25, 2.5, -3], U = [0.5, 0.25, 2, -0.5, 1, -1];
const POLICY = [-0.5, -1.25, -0.125], REFERENCE = [-0.75, -1, -0.5];
const REJECTED = [-2, -0.375, -1.75, -0.25], REJECTED_REFERENCE = [-1.75, -0.625, -1.25, -0.5];

function near(found: number, wanted: number, relative = 1e-12): void {
  assert(Math.abs(found - wanted) <= relative * Math.abs(wanted), `found ${found}, wanted ${wanted}`);
}

/** Log-probability of an id of a row in float64. */
function scoreOf(row: readonly number[], id: number) {
  return reduceRow(Float64Array.from(row), { y: label([id]), entropy: entropy(), varentropy: varentropy() });
}

const rowsOf = (policy: readonly number[], reference: readonly number[]) =>
  policy.map((logprob, i) => ({ policy: { logprob }, reference: { logprob: reference[i] } }));

Deno.test("row 5: utility beside log-probability, and Luce's choice", async () => {
  const { of } = await fold([scoreOf(X, 4), scoreOf(T, 2)], { of: sequenceUtility() });
  near(of.utility, 4.75);
  near(of.logprob, -2.3998130005545493);
  [0.20150282782905102, 0.7033139760217741, 0.09518319614917505].forEach((p, i) =>
    near(candidateSoftmax([4.75, 6, 4])[i], p)
  );
});

Deno.test("row 12, OREO: residuals, loss, k3, soft value", async () => {
  const values = [0.5, 0.6, 0.8];
  const rows = rowsOf(POLICY, REFERENCE).map((row, i) => ({
    ...row,
    value: values[i],
    ...(i === 2 ? { reward: 1 } : {}),
  }));
  const { it } = await fold(rows, { it: oreo() });
  near(it.residuals[0], -0.48875);
  near(it.loss, 0.14383906250000003);
  near(it.k3, 0.04170515951670617);
  near(softValue(X, U, { beta: 0.5 }), 1.8140236585551315);
});

Deno.test("row 23, self-play win rates; row 26 takes its target from them", async () => {
  const comparisons = [[0, 1, 0.8], [0, 2, -0.3], [1, 2, 1.1]].map(([first, second, logit]) => ({
    first,
    second,
    logit,
  }));
  const { it: [a, b] } = await fold(comparisons, { it: winRate({ candidates: 3 }) });
  near(a.winRate, 0.5577659821579768);
  near(b.winRate, 0.5301428122337526);
  near(1 / (1 + Math.exp(b.winRate - a.winRate)), 0.5069053533985133);
});

Deno.test("row 27: calibration of five decisions, and their Brier score", async () => {
  const items = [0.95, 0.8, 0.65, 0.55, 0.92].map((confidence, i) => ({ confidence, correct: [0, 1, 3].includes(i) }));
  const paths = { probability: "confidence", positive: "correct" };
  const { width, mass, brier } = await fold(items, {
    width: ece({ bins: 10 }),
    mass: ece({ bins: 5, of: "mass" }),
    brier: brierScore(paths),
  });
  near(width.ece, 0.434);
  near(brier.brierScore, 0.30278);
  // Each item in a bin of its own.
  near(mass.ece, (0.05 + 0.2 + 0.65 + 0.45 + 0.92) / 5);
  near(width.mce, 0.65);
});

Deno.test("row 29: the ideal ratio, and how low the loss must go", async () => {
  near(idealLogRatio(-0.7, { preference: 0.51, beta: 0.1 }), -0.2999466538630079);
  near(dpoDifficulty(0.7, 0.1), 0.6587595555486971);
  const pairs = [
    { chosen: { logprob: -1, reference: -1.7 }, rejected: { logprob: -2, reference: -1 }, q: 0.51 },
    { chosen: { logprob: -3, reference: -1 }, rejected: { logprob: -2, reference: -1 }, q: 0.75 },
  ];
  const { it } = await fold(pairs, { it: rankingAccuracy({ preference: "q" }) });
  assertEquals([it.pairs, it.accuracy, it.rated, it.idealAccuracy], [2, 0.5, 2, 0.5]);
});

Deno.test("rows 30 and 51: log-ratios, and process rewards whose last is beta times them", async () => {
  const rows = rowsOf(POLICY, REFERENCE);
  const { it, steps } = await fold(rows.map((row, i) => ({ ...row, id: i })), {
    it: logRatio("policy.logprob", "reference.logprob"),
    steps: processRewards({ beta: 0.05, ends: [1], token: "id" }),
  });
  assertEquals([it.logRatio, it.mean], [0.375, 0.125]);
  assertEquals(steps.steps.map(({ tokens }) => tokens), [2, 1]);
  assertEquals(steps.steps[0].cumulative, 0);
  near(steps.steps[1].reward, 0.018750000000000003);
  assertEquals(steps.reward, 0.05 * it.logRatio);
  assertEquals(steps.steps[1].cumulative, steps.reward);
  near(softplus(-steps.reward), 0.6838161252287303);
});

Deno.test("row 32: known against unknown", async () => {
  const items = [3.1, 2.2, 1.5, 1.8, 0.9].map((score, i) => ({ score, known: i < 3, correct: i < 2 }));
  const { area, open } = await fold(items, { area: auroc({ positive: "known" }), open: oscr() });
  near(area.auroc!, 0.8333333333333334);
  near(open.oscr!, 0.6666666666666666);
});

Deno.test("row 33: DigiRL's filter, its doubly robust advantage, advantage-weighted regression", async () => {
  const step = { logprob: -1.875, value: 0.5, next: 0.6 };
  const { it } = await fold([step], { it: advantageFilter() });
  assertAlmostEquals(it.advantages[0], 0.05, 1e-15);
  assertEquals([it.kept, it.loss], [1, 1.875]);
  const steps = [step, { ...step, value: 0.6 }, { ...step, reward: 1 }];
  const { robust } = await fold(steps, { robust: advantageFilter({ lambda: 0.5 }) });
  near(robust.advantages[0], 0.325);
  const { actor } = await fold([{ advantage: 0.4, logprob: -1.875 }], { actor: awr({ beta: 0.5 }) });
  near(actor.loss, 4.172889240923377);
});

Deno.test("row 42: marginal likelihood and effective sample size", async () => {
  const { m, n } = await fold([-4, -6, -5.5].map((logprob) => ({ logprob })), {
    m: marginalLogLikelihood(),
    n: effectiveSampleSize(),
  });
  near(m.marginalLogLikelihood, -4.792256576438962);
  near(n.effectiveSampleSize, 1.7277630216023598);
});

Deno.test("row 44, OREAL: weights by token, losses, leave-one-out", async () => {
  const rows = POLICY.map((logprob, i) => ({ y: { logprob }, rewardLogit: [1, -0.5, 0.75][i] }));
  const { it } = await fold(rows, { it: oreal({ correct: true, advantage: 2 / 3 }) });
  [0.4621171572600098, 0.12435300177159614, 0.20537067595698333].forEach((w, t) => near(it.weights[t], w, 1e-11));
  near(it.loss, 0.09159359229758289);
  near(it.rewardLoss, 0.5063600460190294);
  leaveOneOut([1, 0, 1, 0]).forEach((a, i) => near(a, i % 2 === 0 ? 2 / 3 : -2 / 3));
});

Deno.test("row 49: curvature of one model, and of two", async () => {
  const { one } = await fold([scoreOf(X, 4)], { one: curvature() });
  near(one.curvature, -0.7321556899652247);
  const row = { y: { logprob: -1.6690730110750573 }, mu: -1.2462740226619209, var: 0.9249423980412823 };
  const { two } = await fold([row], { two: curvature({ expected: "mu", variance: "var" }) });
  near(two.curvature, -0.4396191435779909);
});

Deno.test("row 50: STARC's distance of transitions", async () => {
  const r = [1, 0, 0.5, -1], v = [0.2, 0.6, 0.1, 0.4], n = [0.6, 0.1, 0.4, 0];
  const r2 = [0.5, 0.25, 0, -0.5], v2 = [0.1, 0.3, 0.2, 0.2], n2 = [0.3, 0.2, 0.2, 0];
  const rows = r.map((reward, i) => ({
    first: { reward, value: v[i], next: n[i] },
    second: { reward: r2[i], value: v2[i], next: n2[i] },
  }));
  const { it } = await fold(rows, { it: rewardDistance({ gamma: 0.9 }) });
  near(it.distance, 0.2672817625032623);
});

Deno.test("rows 28, 45, 48: exponential weights over two models, and their identity", async () => {
  const rows = [4, 2].map((id) => ({ x: scoreOf(X, id).y, t: scoreOf(T, id).y }));
  const { it } = await fold(rows, { it: hedge({ eta: 1, experts: ["x.logprob", "t.logprob"] }) });
  near(it.loss, 1.88218219540639);
  near(Math.min(...it.losses), 1.7114799789589838);
  near(it.weights[0], 0.4069312579039065);
  const { it: twice } = await fold([{ a: -12.5, b: -11 }], { it: hedge({ eta: 1, experts: ["a", "b"] }) });
  near(twice.weights[0], 0.1824255238063564);
});

Deno.test("hedge: the regret is at most ln K / eta, the loss is that of its identity, sleepers too", async () => {
  const random = new Random(3);
  for (const eta of [0.1, 1, 4]) {
    const rows = Array.from(
      { length: 200 },
      () => ({ a: -random.uniform(), b: -2 * random.uniform(), c: -random.uniform() }),
    );
    const { it } = await fold(rows, { it: hedge({ eta, experts: ["a", "b", "c"] }) });
    const least = Math.min(...it.losses);
    const soft = least - Math.log(it.losses.reduce((sum, loss) => sum + Math.exp(-eta * (loss - least)), 0)) / eta;
    near(it.loss, soft + Math.log(3) / eta, 1e-10);
    assert(it.regret <= Math.log(3) / eta);
    // A guess of nothing changes nothing; one that is right is of use.
    const hinted = rows.map((row) => ({ ...row, none: 0, ha: -row.a, hb: -row.b, hc: -row.c }));
    const paths = { eta, experts: ["a", "b", "c"] };
    const { none, right } = await fold(hinted, {
      none: hedge({ ...paths, hints: ["none", "none", "none"] }),
      right: hedge({ ...paths, hints: ["ha", "hb", "hc"] }),
    });
    assertEquals(none, it);
    assert(right.loss < it.loss);
    // A third that always sleeps changes nothing for the two that are awake.
    const two = rows.map(({ a, b }) => ({ a, b }));
    const { slept, awake } = await fold(two, {
      slept: hedge({ eta, experts: ["a", "b", "c"] }),
      awake: hedge({ eta, experts: ["a", "b"] }),
    });
    near(slept.loss, awake.loss, 1e-12);
  }
});

Deno.test("rows 15 and 54: collapse, accuracy, log loss", async () => {
  const { y } = reduceRow(Float64Array.of(40, 0, -5), { y: label([0]) });
  const rows = [{ y }, { y: { ...y!, logprob: -1e-3 } }, { y: undefined }, { y: { ...y!, logprob: NaN } }];
  const { it } = await fold(rows, { it: collapse() });
  assertEquals([it.rows, it.collapsed, it.invalid], [2, 1, 1]);
  const ranked = [1, 2, 3].map((rank) => ({ y: { id: 0, logit: 0, logprob: -1, rank } }));
  for (const k of [1, 2, 3]) {
    const { of } = await fold(ranked, { of: accuracy({ k }) });
    near(of.accuracy, k / 3);
  }
  const { loss } = await fold([{ probability: 1e-20, positive: false }], { loss: logLoss() });
  near(loss.logLoss, 1e-20);
});

Deno.test("a text: sums, perplexity and standard error against the naive formulas", async () => {
  const logprobs = Array.from({ length: 100 }, (_, i) => -1 - Math.sin(i) ** 2);
  const rows = logprobs.map((logprob) => ({ y: { logprob } }));
  const { text, of, m } = await fold(rows, { text: meanNll(), of: sequenceLogprob(), m: mean("y.logprob") });
  const sum = logprobs.reduce((a, b) => a + b, 0), average = sum / 100;
  const sd = Math.sqrt(logprobs.reduce((total, x) => total + (x - average) ** 2, 0) / 99);
  near(text.nll, -average);
  near(text.perplexity, Math.exp(-average));
  near(text.standardError, Math.exp(-average) * sd / 10);
  near(of.logprob, sum);
  near(m.standardDeviation, sd);
  assertEquals([of.perplexity, of.standardError], [text.perplexity, text.standardError]);
  const { far } = await fold(logprobs.map((x) => ({ x: x + 2 ** 40 })), { far: mean("x") });
  near(far.standardDeviation, sd, 1e-3);
});

Deno.test("completions: what a preference loss is asked about", async () => {
  const both = rowsOf(REJECTED, REJECTED_REFERENCE);
  const { it } = await fold(both, { it: logRatio("policy.logprob", "reference.logprob") });
  assertEquals([it.logprob, it.referenceLogprob, it.logRatio], [-4.375, -4.125, -0.25]);
});

/** By definition: all pairs. */
function pairwise(items: readonly { readonly score: number; readonly positive: boolean }[]): number {
  const [p, n] = [true, false].map((kind) => items.filter(({ positive }) => positive === kind));
  const won = p.flatMap((a) => n.map((b) => a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0 as number));
  return won.reduce((sum, x) => sum + x, 0) / won.length;
}

/** scikit-learn's definition: precision at each distinct score, weighed by the recall that it adds. */
function averagePrecision(items: readonly { readonly score: number; readonly positive: boolean }[]): number {
  const positives = items.filter(({ positive }) => positive).length;
  let area = 0, before = 0;
  for (const score of [...new Set(items.map(({ score }) => score))].sort((a, b) => b - a)) {
    const taken = items.filter((item) => item.score >= score), found = taken.filter(({ positive }) => positive).length;
    area += (found / positives - before) * (found / taken.length);
    before = found / positives;
  }
  return area;
}

Deno.test("AUROC and AUPR by definition, with ties; in bins within the error that is told", async () => {
  const random = new Random(8);
  for (let round = 0; round < 30; round++) {
    const items = Array.from({ length: 120 }, () => ({
      score: Math.round(random.normal() * 5) / 2,
      positive: random.whole(3) === 0,
    }));
    const { area, precision, binned } = await fold(items, {
      area: auroc(),
      precision: aupr(),
      binned: auroc({ limit: 100 }),
    });
    near(area.auroc!, pairwise(items));
    near(precision.aupr!, averagePrecision(items));
    assertEquals([area.exact, area.error, binned.exact], [true, 0, false]);
    assert(Math.abs(binned.auroc! - area.auroc!) <= binned.error);
  }
  // scikit-learn's own examples, of its documentation.
  const known = [0.1, 0.4, 0.35, 0.8].map((score, i) => ({ score, positive: i >= 2 }));
  const { a, p } = await fold(known, { a: auroc(), p: aupr() });
  assertEquals(a.auroc, 0.75);
  near(p.aupr!, 0.8333333333333333);
});

Deno.test("ECE by definition, for any bins; confidences on the edges go up, and 1 stays in the last", async () => {
  const random = new Random(4);
  for (const bins of [1, 3, 7, 10, 15]) {
    const items = Array.from({ length: 300 }, (_, i) => ({
      confidence: i < 2 * bins ? (i % (bins + 1)) / bins : random.uniform(),
      correct: random.whole(2) === 0,
    }));
    const { it } = await fold(items, { it: ece({ bins }) });
    let error = 0;
    for (let bin = 0; bin < bins; bin++) {
      const own = items.filter(({ confidence: c }) => c >= bin / bins && (c < (bin + 1) / bins || bin === bins - 1));
      error += Math.abs(own.reduce((sum, { confidence, correct }) => sum + confidence - Number(correct), 0));
      assertEquals(it.table[bin].rows, own.length);
    }
    near(it.ece, error / 300, 1e-11);
  }
});

Deno.test("a sum of exponentials from -10^6 to 10^6, by its largest", async () => {
  const { m } = await fold([{ logprob: -1e6 }, { logprob: -1e6 + Math.LN2 }, { logprob: -2e6 }], {
    m: marginalLogLikelihood(),
  });
  near(m.marginalLogLikelihood, -1e6 + Math.log(3) - Math.log(3), 1e-15);
  const { far } = await fold([{ logprob: 1e6 }, { logprob: 3 }], { far: marginalLogLikelihood() });
  near(far.marginalLogLikelihood, 1e6 - Math.LN2, 1e-15);
});

Deno.test("rewards that differ by shaping and scale are at 0 from each other, to the last digits", async () => {
  const random = new Random(31), gamma = 0.9;
  const rows = Array.from({ length: 50 }, () => {
    const [reward, value, next, p, q] = Array.from({ length: 5 }, () => random.normal());
    return {
      first: { reward, value, next },
      second: { reward: 3 * (reward + gamma * q - p), value: 3 * (value - p), next: 3 * (next - q) },
    };
  });
  const { it } = await fold(rows, { it: rewardDistance({ gamma }) });
  assert(it.distance < 1e-15, `${it.distance}`);
});

Deno.test("a text's mean is that of LabelSummary", async () => {
  const rows = [X, T, U].map((row, i) => scoreOf(row, i)), summary = new LabelSummary();
  for (const { y } of rows) summary.add(y);
  const { it } = await fold(rows, { it: meanNll() });
  assertEquals(it.rows, summary.rows);
  near(it.nll, summary.nll);
  near(it.perplexity, summary.perplexity);
});

Deno.test("ten million rows in bounded memory, and in bins from there on", async () => {
  const count = 10_000_001, item = { score: 0, positive: false, y: { logprob: -0.1 } };
  function* rows() {
    for (let i = 0; i < count; i++) {
      item.score = (i * 0.6180339887498949) % 1;
      item.positive = i % 4 === 0;
      yield item;
    }
  }
  const { text, area } = await fold(rows(), { text: meanNll(), area: auroc() });
  assertEquals([text.rows, area.positives + area.negatives, area.exact], [count, count, false]);
  near(text.nll, 0.1);
  assert(Math.abs(area.auroc! - 0.5) < 1e-3 && area.error < 1e-3);
});
