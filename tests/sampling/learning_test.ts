/** Promise: what mirostat and adaptive-p learn is the probability of the token that was taken, however many tokens were kept. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { adaptiveP, keepTopP, mirostat, type Sampler, sampler } from "../../src/sampling/mod.ts";

const ownOf = (made: Sampler): number[] => JSON.parse(made.save()).own.at(-1);

/** Draws until a token comes. */
function drawUntil(made: Sampler, row: Float32Array, id: number): void {
  for (let step = 0; step < 4000; step++) if (made.draw(row, { step }).id === id) return;
  assert(false, `${id} is never drawn`);
}

for (const rest of [99, 999]) {
  const row = new Float32Array(rest + 1).fill(Math.log(0.5 / rest));
  row[7] = Math.log(0.5);

  Deno.test(`adaptive-p learns the P that a token had before, of ${rest + 1}`, () => {
    const made = sampler({ seed: 0, chain: [adaptiveP({ target: 0.3, decay: 0.5 })] });
    drawUntil(made, row, 7);
    made.accept(7);
    // Primed with target / (1 - decay), then P = 0.5.
    assertAlmostEquals(ownOf(made)[0], 0.3 / 0.5 * 0.5 + 0.5, 1e-6);
    assertAlmostEquals(ownOf(made)[1], 2, 1e-12);
    drawUntil(made, row, 3);
    made.accept(3);
    assertAlmostEquals(ownOf(made)[0], 0.8 * 0.5 + 0.5 / rest, 1e-5);
  });

  Deno.test(`mirostat learns the surprise of any token it drew, and of any of the best, of ${rest + 1}`, () => {
    const surprise = (p: number) => -Math.log2(p);
    const made = sampler({ seed: 0, chain: [mirostat({ tau: 12, eta: 0.1 })], draws: 3 });
    const { draws } = made.draw(row);
    const { id, logprob } = draws![2];
    made.accept(id);
    assertAlmostEquals(ownOf(made)[0], 24 - 0.1 * (-logprob / Math.LN2 - 12), 1e-5);
    const other = sampler({ seed: 0, chain: [mirostat({ tau: 12, eta: 0.1 })] });
    other.draw(row);
    other.accept(7);
    assertAlmostEquals(ownOf(other)[0], 24 - 0.1 * (surprise(0.5) - 12), 1e-5);
  });
}

Deno.test("adaptive-p behind a wide cut", () => {
  const row = new Float32Array(2000).fill(Math.log(0.5 / 1999));
  row[7] = Math.log(0.5);
  const made = sampler({ seed: 0, chain: [keepTopP(0.97), adaptiveP({ target: 0.6, decay: 0.5 })] });
  drawUntil(made, row, 7);
  made.accept(7);
  assertAlmostEquals(ownOf(made)[0], 0.6 + 0.5 / 0.97, 1e-3);
});

Deno.test("mirostat 1: k from the power law of the best, mu by the surprise", () => {
  const p = [0.4, 0.2, 0.15, 0.1, 0.08, 0.07], tau = 1.2, eta = 0.2;
  const made = sampler({ chain: [mirostat({ version: 1, tau, eta })], seed: 2 });
  let mu = 2 * tau;
  for (let step = 0; step < 20; step++) {
    let above = 0, below = 0;
    for (let i = 0; i + 1 < p.length; i++) {
      const t = Math.log((i + 2) / (i + 1));
      above += t * Math.log(p[i] / p[i + 1]);
      below += t * t;
    }
    const s = above / below, e = s - 1;
    const k = Math.max(1, Math.min(6, Math.trunc((e * 2 ** mu / (1 - 6 ** -e)) ** (1 / s))));
    const row = Float32Array.from(p, Math.log);
    assertEquals(made.distribution(row).ids.length, k, `step ${step}, mu ${mu}`);
    const { id } = made.draw(row);
    made.accept(id!);
    mu -= eta * (-Math.log2(p[id!] / p.slice(0, k).reduce((a, b) => a + b)) - tau);
    assertAlmostEquals(ownOf(made)[0], mu, 1e-5);
  }
});
