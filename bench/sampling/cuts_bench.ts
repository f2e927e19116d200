/**
 * What does a draw behind one cut over the whole vocabulary cost beside the log-sum-exp of its row? Seven rows of 200,000 logits, warm, in
 * JavaScript's memory: three made, four of a language model. `deno task bench:report draw` for interleaved rounds.
 *
 * @module
 */
import { logSumExp, reduceRow } from "../../mod.ts";
import {
  keepEpsilon,
  keepEta,
  keepMinP,
  keepTopH,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  sampler,
  type Stage,
} from "../../src/sampling/mod.ts";
import { ask, type Way } from "../_ask.ts";
import { normalLogits } from "../_normal_logits.ts";
import { once } from "../_once.ts";
import { realRows } from "./_real_rows.ts";

const LENGTH = 200_000;
const real = once(realRows);

const ROWS: Readonly<Record<string, () => Float32Array>> = {
  "N(0, 4^2)": once(() => normalLogits(LENGTH)),
  "N(0, 8^2)": once(() => normalLogits(LENGTH).map((x) => 2 * x)),
  "flat": once(() => normalLogits(LENGTH).map((x) => x / 40)),
  "real 0": () => real()[0],
  "real 1": () => real()[1],
  "real 2": () => real()[2],
  "real 3": () => real()[3],
};

/** The cuts, and how many times log-sum-exp a draw behind one may take. */
const CUTS: Readonly<Record<string, { readonly cut: () => Stage; readonly most: number }>> = {
  "min-p 0.05": { cut: () => keepMinP(0.05), most: 1.5 },
  "epsilon 1e-5": { cut: () => keepEpsilon(1e-5), most: 1.5 },
  "eta 1e-4": { cut: () => keepEta(1e-4), most: 1.5 },
  "top-n-sigma 2": { cut: () => keepTopNSigma(2), most: 1.5 },
  "top-p 0.9": { cut: () => keepTopP(0.9), most: 2.5 },
  "top-p 0.99": { cut: () => keepTopP(0.99), most: 3 },
  "typical 0.9": { cut: () => keepTypical(0.9), most: 3 },
  "top-H 0.5": { cut: () => keepTopH(0.5), most: 3 },
};

const alone = "log-sum-exp alone";

for (const [name, row] of Object.entries(ROWS)) {
  const ways: Record<string, Way> = {
    [alone]: () => {
      const values = row(), reducers = { lse: logSumExp() };
      return () => reduceRow(values, reducers).lse;
    },
  };
  for (const [name, { cut }] of Object.entries(CUTS)) {
    ways[name] = () => {
      const values = row(), made = sampler({ seed: 1, chain: [cut()] });
      return () => made.draw(values);
    };
  }
  ask({
    question: `A draw behind one cut, 200,000 logits, ${name}`,
    logits: LENGTH,
    ways,
    targets: Object.entries(CUTS).map(([of, { most }]) => ({ of, against: alone, most })),
  });
}
