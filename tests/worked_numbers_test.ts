// Worked numbers of the papers behind the operators, on float64 rows, to a relative 1e-12: log-sum-exp and its extended pair (the
// Two-Pass Softmax), entropy and the switch (Entropy Adaptive Decoding), the loss from logits (Cut Your Losses); and the same on
// f32 rows of every backend within the accuracy promised.
import { assert, assertEquals } from "@std/assert";
import { availableBackends } from "../kernels/mod.ts";
import { collect, entropyMonitor, normalize, reduceStates } from "../src/flow/mod.ts";
import { finishState, mergeStates, reduceRow } from "../src/row/mod.ts";
import { softcap } from "../src/operators/mod.ts";
import { entropy, label, LabelSummary, logSumExp, maximum, moments, target, topK } from "../src/reducers/mod.ts";
import { fromArray } from "../src/sources/mod.ts";

const X = [1.5, -0.75, 3.25, 0, 2, -2.5];
const T = [1, -0.5, 2.75, 0.25, 2.5, -3];
const LSE = 3.6690730110750573;
const P = [
  0.11428350736924757,
  0.012045393056928802,
  0.6576561773303926,
  0.025500097301624468,
  0.18842164948989332,
  0.00209317545191313,
];

function near(found: number, wanted: number, what: string, relative = 1e-12): void {
  assert(Math.abs(found - wanted) <= relative * Math.abs(wanted), `${what}: found ${found}, wanted ${wanted}`);
}

const row = (values: readonly number[]) => Float64Array.from(values);

Deno.test("base facts of the fixture", async () => {
  const found = reduceRow(row(X), {
    lse: logSumExp(),
    pair: logSumExp({ pair: true }),
    nats: entropy(),
    bits: entropy({ unit: "bits" }),
    best: maximum(),
    y: target([4], { rank: true }),
    top: topK(6),
  });
  assertEquals(found.best, { value: 3.25, id: 2 });
  near(found.lse, LSE, "log-sum-exp");
  near(found.pair.logSum, Math.log(1.520551367827601), "the sum about the maximum");
  near(found.nats, 0.9976888581401027, "entropy, nats");
  near(found.bits, 1.4393607679888987, "entropy, bits");
  near(-found.y[0].logprob, 1.6690730110750573, "cross-entropy");
  assertEquals(found.y[0].rank, 2);
  const chunks = await Array.fromAsync(normalize(fromArray(row(X))).open(), ({ data }) => [...data]);
  chunks.flat().forEach((p, id) => near(p, P[id], `probability ${id}`));
  found.top.forEach(({ id, logprob }) => near(logprob, Math.log(P[id]), `log-probability ${id}`));
});

Deno.test("base facts on f32 rows, within the accuracy promised", () => {
  for (const backend of availableBackends()) {
    const { lse, h } = reduceRow(Float32Array.from(X), { lse: logSumExp(), h: entropy() }, { backend });
    assert(Math.abs(lse - LSE) <= 2e-6 + LSE * 2 ** -24, `${backend}: ${lse}`);
    assert(Math.abs(h - 0.9976888581401027) <= 2e-6 + 2 ** -24, `${backend}: ${h}`);
  }
});

/** The pair of a paper need not be in [1, 2): both mean mantissa * 2^exponent. */
function nearPair(
  found: { mantissa: number; exponent: number },
  mantissa: number,
  exponent: number,
  what: string,
): void {
  near(found.mantissa * 2 ** (found.exponent - exponent), mantissa, what);
}

Deno.test("Two-Pass Softmax: the extended exponential of single logits", () => {
  const pairs = [[1.5, 1.1204222675845164, 2], [-0.75, 0.9447331054820294, -1], [3.25, 0.8059481224122832, 5]];
  for (const [x, mantissa, exponent] of pairs) {
    const { pair } = reduceRow(row([x]), { pair: logSumExp({ pair: true }) });
    nearPair(pair, mantissa, exponent, `ExtExp(${x})`);
  }
});

Deno.test("Two-Pass Softmax: two shards, merged", async () => {
  const reducers = { pair: logSumExp({ pair: true }), lse: logSumExp() };
  const logits = fromArray(row(X));
  const [left] = await Array.fromAsync(reduceStates(logits, reducers, { columns: [0, 3] }));
  const [right] = await Array.fromAsync(reduceStates(logits, reducers, { columns: [3, 6] }));
  nearPair(finishState(left, reducers, { partial: true }).pair, 0.9607623606335045, 5, "shard A");
  nearPair(finishState(right, reducers, { partial: true }).pair, 1.0588926371943188, 3, "shard B");
  const merged = finishState(mergeStates([right, left]), reducers);
  nearPair(merged.pair, 1.2254855199320842, 5, "merged");
  near(merged.lse, LSE, "log-sum-exp of the merged pair");
});

Deno.test("Two-Pass Softmax: a shift by 1000, where the exponential overflows", async () => {
  const shifted = row(X.map((x) => x + 1000));
  const { pair, lse } = reduceRow(shifted, { pair: logSumExp({ pair: true }), lse: logSumExp() });
  nearPair(pair, 1.9839756603809047, 1447, "pair");
  near(lse, LSE + 1000, "log-sum-exp");
  const [p] = await Array.fromAsync(normalize(fromArray(shifted)).open(), ({ data }) => [...data]);
  near(p[4], 0.18842164948989332, "p_y of the second read");
});

Deno.test("Two-Pass Softmax: far masks and far logits", async () => {
  const far = await Array.fromAsync(normalize(fromArray([-88, -89, -100, -104])).open(), ({ data }) => [...data]);
  [0.731055, 0.26894, 4.49176e-6, 8.22694e-8].forEach((p, id) => near(far[0][id], p, `far ${id}`, 1e-5));
  for (const mask of [-1e4, -1e12, -1e20, -3.4e38, -Infinity]) {
    const { lse } = reduceRow(Float32Array.of(1, 2, 3, mask), { lse: logSumExp() });
    near(lse, 3.40760596444438, `masked with ${mask}`, 1e-6);
  }
  const { lse } = reduceRow(Float32Array.of(1, 2, 3, 3.4e38), { lse: logSumExp() });
  assertEquals(lse, Math.fround(3.4e38));
});

Deno.test("Entropy Adaptive Decoding: bits, and the states of the example", async () => {
  near(reduceRow(row(X), { h: entropy({ unit: "bits" }) }).h, 1.4393607679888987, "H(X)");
  const rows = ReadableStream.from([.5, .75, 2.5, 3, .25, .25, .25, .25].map((entropy) => ({ entropy })));
  const watched = rows.pipeThrough(entropyMonitor({ window: 2, threshold: 1, dwell: 2 }));
  const states = await Array.fromAsync(watched, ({ monitor }) => monitor.state[0].toUpperCase());
  assertEquals(states.join(" "), "S S L L L S S S");
});

Deno.test("entropy: masked tokens count for nothing, merged parts as the whole", async () => {
  const masked = reduceRow(row([...X, -Infinity, -Infinity]), { h: entropy() }).h;
  near(masked, 0.9976888581401027, "with masks");
  for (const certain of [[7], [-Infinity, 7, -Infinity], [0, -1000]]) {
    const { h } = reduceRow(row(certain), { h: entropy() });
    assert(h >= 0 && h < 1e-12, `one token has all the mass: ${h}`);
  }
  const reducers = { h: entropy() };
  const states = [];
  for (const columns of [[5, 8], [0, 2], [2, 5]] as const) {
    states.push(...await Array.fromAsync(reduceStates(fromArray(row([...X, ...T])), reducers, { columns })));
  }
  const eight = mergeStates(states);
  assertEquals(eight.covered, [[0, 8]]);
});

/** x = W h of the example: made here, for the fused projection comes later. */
const LOGITS = [[1, .5, -.25], [-.5, .25, 1], [0, -1, .5], [2, 1, .75]]
  .map((w) => w.reduce((sum, weight, i) => sum + weight * [.5, -1, 2][i], 0));

Deno.test("Cut Your Losses: the loss from logits, capped, and its square", async () => {
  assertEquals(LOGITS, [-0.5, 1.5, 2, 1.5]);
  const reducers = { lse: logSumExp(), y: label([2]) };
  const { lse, y } = await collect(fromArray(row(LOGITS)), reducers);
  near(lse[0], 2.8307965966214845, "log-sum-exp");
  near(-y.logprob[0], 0.8307965966214845, "loss");
  near(lse[0] ** 2, 8.01340937144378, "the z-loss");
  const capped = await collect(fromArray(row(LOGITS)).pipe(softcap(30)), reducers);
  near(-capped.y.logprob[0], 0.8318076947552944, "loss under softcap 30");
  const [p] = await Array.fromAsync(normalize(fromArray(row(LOGITS))).open(), ({ data }) => [...data]);
  near(p[2] - 1, -0.5642979307524139, "gradient at y");
});

Deno.test("Cut Your Losses: shift and ignored labels, in the summary", async () => {
  const summary = new LabelSummary();
  const rows = fromArray(row([...X, ...T, ...X]), { vocabulary: 6 });
  const { y } = await collect(rows, { y: label([0, 4, -100], { shift: true }) });
  assertEquals([y.id[0], Number.isNaN(y.id[1]), Number.isNaN(y.id[2])], [4, true, true]);
  near(-y.logprob[0], 1.6690730110750573, "row 0 against label 1");
  summary.add({ id: 4, logit: 2, logprob: y.logprob[0] });
  summary.add(undefined);
  assertEquals(summary.rows, 1);
  near(summary.nll, 1.6690730110750573, "mean");
  near(summary.perplexity, Math.exp(1.6690730110750573), "perplexity");
});

Deno.test("moments of the fixture, with an offset that would cancel", () => {
  const { m } = reduceRow(row(X), { m: moments() });
  near(m.mean, 0.5833333333333334, "mean");
  near(Math.sqrt(m.variance), 1.8966344461235072, "deviation");
  assertEquals([m.count, m.minimum], [6, -2.5]);
  const { m: far } = reduceRow(row(X.map((x) => x + 2 ** 40)), { m: moments() });
  near(far.variance, m.variance, "variance about 2^40");
});
