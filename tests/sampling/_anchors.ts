/**
 * What llama.cpp, transformers and vLLM do with a row, by their own options: lists of candidates from which only cuts take tokens away,
 * masked ones staying in them at -Infinity; float64, sorted anew for every step. Shares no code and no idea with the library.
 */
import type { PresetName, PresetOptions } from "../../src/sampling/mod.ts";

interface Candidate {
  readonly id: number;
  readonly x: number;
}

/** The kept tokens' probabilities by id. */
export interface Kept {
  readonly probabilities: ReadonlyMap<number, number>;
  /** The least distance of any decision to its border. */
  readonly margin: number;
  /** The largest logit in the end, whatever its sign: what rounding is relative to. */
  readonly size: number;
}

type List = readonly Candidate[];

/** Best first; of equal logits the lowest id. */
const sorted = (list: List): List => [...list].sort((a, b) => a.x === b.x ? a.id - b.id : b.x - a.x);
const unmasked = (list: List): List => list.filter(({ x }) => x > -Infinity);

/** Probabilities in the order of the list; those of masked tokens are 0. */
function softmax(list: List): number[] {
  const top = list.reduce((most, { x }) => Math.max(most, x), -Infinity);
  const weights = list.map(({ x }) => Math.exp(x - top));
  const sum = [...weights].sort((a, b) => a - b).reduce((total, w) => total + w, 0);
  return weights.map((w) => w / sum);
}

function entropy(probabilities: readonly number[]): number {
  return probabilities.reduce((h, p) => p > 0 ? h - p * Math.log(p) : h, 0);
}

abstract class Anchor {
  margin = Infinity;
  /** Whether nothing has been cut yet: what is edited is the row itself, in its own dtype. */
  whole = true;

  constructor(readonly options: PresetOptions, readonly history: readonly number[], readonly prompt: number) {}

  abstract run(list: List): List;

  /** Whether a number has reached a border. */
  reaches(value: number, border: number): boolean {
    this.margin = Math.min(this.margin, Math.abs(value - border));
    return value >= border;
  }

  /** Divided by a temperature; 0 or less leaves the first of the best, the others masked. */
  divided(list: List, t: number): List {
    const by = Math.fround(t);
    if (t > 0) return list.map(({ id, x }) => ({ id, x: this.whole ? Math.fround(x / by) : x / by }));
    const [best] = sorted(list);
    return list.map(({ id, x }) => ({ id, x: id === best.id ? x : -Infinity }));
  }

  /** The nearest to the entropy that hold a share p, and at least some; all of equal distances. */
  nearest(list: List, p: number, minKeep: number): List {
    this.whole = false;
    const probabilities = softmax(list), h = entropy(probabilities);
    const order = list
      .map((one, i) => ({ one, p: probabilities[i], d: Math.abs(-Math.log(probabilities[i]) - h) }))
      .sort((a, b) => a.d - b.d);
    let sum = 0, count = 0;
    while (count < order.length) {
      sum += order[count++].p;
      if ((p === 0 || this.reaches(sum, p)) && count >= minKeep) break;
    }
    const reach = order[count - 1].d;
    for (const { d } of order) {
      if (Math.abs(d - reach) > 1e-12) this.margin = Math.min(this.margin, Math.abs(d - reach));
    }
    return order.filter(({ d }) => d <= reach + 1e-12).map(({ one }) => one);
  }

  penalized(list: List, counted: readonly number[], repeated: readonly number[]): List {
    const { repetitionPenalty: r = 1, frequencyPenalty: f = 0, presencePenalty: p = 0 } = this.options;
    return list.map(({ id, x }) => {
      const count = counted.filter((one) => one === id).length;
      const y = !repeated.includes(id) ? x : x <= 0 ? x * r : x / r;
      return { id, x: Math.fround(count > 0 ? y - count * f - p : y) };
    });
  }
}

class LlamaCpp extends Anchor {
  run(row: List): List {
    const { mirostat = 0, temperature = 0.8, penaltyLastN = 64 } = this.options;
    if (mirostat !== 0) return this.mirostat(this.divided(row, temperature), mirostat);
    const seen = this.history.slice(penaltyLastN === -1 ? 0 : Math.max(0, this.history.length - penaltyLastN));
    const list = this.sigma(this.penalized(row, seen, seen));
    return this.temperature(this.xtc(this.minP(this.topP(this.typical(this.topK(list))))));
  }

  sigma(list: List): List {
    const { topNSigma: n = -1 } = this.options;
    const valid = unmasked(list);
    if (n <= 0 || list.length <= 1) return list;
    this.whole = false;
    const top = Math.max(...valid.map(({ x }) => x));
    const mean = valid.reduce((sum, { x }) => sum + (x - top) / valid.length, 0);
    const variance = valid.reduce((sum, { x }) => sum + (x - top - mean) ** 2 / valid.length, 0);
    const unit = Math.max(1, Math.abs(top)), border = -n * Math.sqrt(variance) / unit;
    return list.map(({ id, x }) => ({
      id,
      x: x > -Infinity && (x === top || this.reaches((x - top) / unit, border)) ? x : -Infinity,
    }));
  }

  topK(list: List): List {
    const { topK: k = 40 } = this.options;
    if (k <= 0) return list;
    this.whole = false;
    return sorted(list).slice(0, k);
  }

  /** Of equal distances all stay, and masked tokens, which would make the entropy NaN, lie farthest: the named exceptions. */
  typical(list: List): List {
    const { typicalP: p = 1, minKeep = 0 } = this.options;
    if (p >= 1) return list;
    const kept = this.nearest(unmasked(list), Math.max(0, p), minKeep);
    return [...kept, ...list.filter(({ x }) => x === -Infinity).slice(0, Math.max(0, minKeep - kept.length))];
  }

  topP(list: List): List {
    const { topP: p = 0.95, minKeep = 0 } = this.options;
    if (p >= 1) return list;
    this.whole = false;
    const order = sorted(list), probabilities = softmax(order);
    let sum = 0;
    for (let i = 0; i < order.length; i++) {
      sum += probabilities[i];
      if ((p <= 0 || this.reaches(sum, p)) && i + 1 >= minKeep) return order.slice(0, i + 1);
    }
    return order;
  }

  minP(list: List): List {
    const { minP: p = 0.05, minKeep = 0 } = this.options;
    if (p <= 0) return list;
    this.whole = false;
    const order = sorted(list), least = Math.log(p);
    const reached = order.filter(({ x }) => x === order[0].x ? p <= 1 : this.reaches(x - order[0].x, least));
    if (reached.length > 0 && reached.length >= minKeep) return reached;
    return order.slice(0, Math.max(1, minKeep));
  }

  /** A masked token is never drawn: the named exception. */
  xtc(given: List): List {
    const { xtcProbability = 0, xtcThreshold = 0.1, minKeep = 0 } = this.options;
    const list = xtcThreshold <= 0 ? unmasked(given) : given;
    if (xtcProbability <= 0 || xtcThreshold > 0.5 || list.length < 2) return given;
    this.whole = false;
    const order = sorted(list), probabilities = softmax(order);
    let last = 0;
    for (let i = 0; i < order.length; i++) {
      const top = xtcThreshold <= 0 ||
        probabilities[i] > 0 && this.reaches(Math.log(probabilities[i]), Math.log(xtcThreshold));
      if (!top) break;
      last = i;
    }
    return last > 0 && order.length - last >= minKeep ? order.slice(last) : given;
  }

  temperature(list: List): List {
    const { temperature = 0.8, dynatempRange: range = 0, dynatempExponent: exponent = 1 } = this.options;
    if (range <= 0) return this.divided(list, temperature);
    if (list.length <= 1) return list;
    this.whole = false;
    const low = Math.max(0, temperature - range), high = temperature + range;
    const share = entropy(softmax(list)) / Math.log(list.length);
    return this.divided(list, low + (high - low) * share ** exponent);
  }

  mirostat(list: List, version: number): List {
    const { mirostatTau: tau = 5 } = this.options;
    this.whole = false;
    const order = unmasked(sorted(list)), probabilities = softmax(order), mu = 2 * tau;
    if (version === 2) {
      const end = probabilities.findIndex((p) => !this.reaches(mu, -Math.log2(p)));
      return order.slice(0, end < 0 ? order.length : Math.max(1, end));
    }
    let above = 0, below = 0;
    for (let i = 0; i < 99 && i < order.length - 1; i++) {
      const t = Math.log((i + 2) / (i + 1));
      above += t * (order[i].x - order[i + 1].x);
      below += t * t;
    }
    const s = above / below, k = ((s - 1) * 2 ** mu / (1 - list.length ** (1 - s))) ** (1 / s);
    this.margin = Math.min(this.margin, Math.abs(k - Math.round(k)) / Math.max(1, k));
    return order.slice(0, k >= 1 ? Math.trunc(k) : 1);
  }
}

/** What transformers and vLLM's PyTorch path have in common: masked tokens are as good as gone, top-p goes from the bottom up. */
abstract class Torch extends Anchor {
  get least(): number {
    return this.options.minKeep ?? 1;
  }

  /** All that tie with the last of k. */
  topK(list: List, k: number): List {
    this.whole = false;
    const order = sorted(list), count = Math.max(k, this.least);
    return count >= order.length ? order : order.filter(({ x }) => x >= order[count - 1].x);
  }

  topP(list: List, p: number): List {
    this.whole = false;
    const order = [...list].sort((a, b) => a.x - b.x || a.id - b.id), probabilities = softmax(order);
    let sum = 0;
    return order.filter((_, i) => {
      sum += probabilities[i];
      return (p > 0 && !this.reaches(1 - p, sum)) || i >= order.length - this.least;
    });
  }

  minP(list: List, p: number): List {
    this.whole = false;
    const order = sorted(list);
    return order.filter(({ x }, i) => i < this.least || this.reaches(x - order[0].x, Math.log(p)) || x === order[0].x);
  }
}

class Transformers extends Torch {
  run(row: List): List {
    const { temperature = 1, topH, topK = 50, topP = 1, minP = 0, typicalP = 1, epsilonCutoff = 0, etaCutoff = 0 } =
      this.options;
    const all = unmasked(this.penalized(row, [], this.history));
    // Greedy search knows no warpers.
    if (temperature === 0) return this.divided(all, 0);
    let list = temperature === 1 ? all : this.divided(all, temperature);
    if (topH !== undefined) list = this.topH(list, topH);
    if (topK !== 0) list = this.topK(list, topK);
    if (topP < 1) list = this.topP(list, topP);
    if (minP > 0) list = this.minP(list, minP);
    if (typicalP < 1) list = this.nearest(list, typicalP, this.least);
    if (epsilonCutoff > 0 && epsilonCutoff < 1) list = this.likely(list, epsilonCutoff);
    if (etaCutoff > 0 && etaCutoff < 1) {
      list = this.likely(list, Math.min(etaCutoff, Math.sqrt(etaCutoff) * Math.exp(-entropy(softmax(list)))));
    }
    return list;
  }

  topH(list: List, h: number): List {
    this.whole = false;
    const best = sorted(list).slice(0, 100), probabilities = softmax(best), most = h * entropy(probabilities);
    let sum = 0;
    return best.filter((_, i) => {
      const p = probabilities[i];
      sum += p > 0 ? -p * Math.log(p) : 0;
      return h === 1 || this.reaches(most, sum) || i === 0;
    });
  }

  likely(list: List, least: number): List {
    this.whole = false;
    const order = sorted(list), probabilities = softmax(order);
    const edge = order[Math.min(this.least, order.length) - 1].x;
    return order.filter(({ x }, i) => this.reaches(Math.log(probabilities[i]), Math.log(least)) || x >= edge);
  }
}

class Vllm extends Torch {
  run(row: List): List {
    const { temperature = 1, topK = 0, topP = 1, minP = 0 } = this.options;
    const all = unmasked(this.penalized(row, this.history.slice(this.prompt), this.history));
    if (temperature === 0) return this.divided(all, 0);
    let list = temperature === 1 ? all : this.divided(all, temperature < 0.01 ? 0.01 : temperature);
    if (minP > 0) list = this.minP(list, minP);
    if (topK > 0) list = this.topK(list, topK);
    return topP < 1 ? this.topP(list, topP) : list;
  }
}

const ANCHORS = { "llama.cpp": LlamaCpp, transformers: Transformers, vllm: Vllm };

/** What a system keeps of a row. `history`: the tokens so far, of which `prompt` are the prompt. XTC strikes, if it can. */
export function keptBy(
  name: PresetName,
  row: ArrayLike<number>,
  options: PresetOptions,
  { history = [], prompt = history.length }: { history?: readonly number[]; prompt?: number } = {},
): Kept {
  const anchor = new ANCHORS[name](options, history, prompt);
  const list = unmasked(anchor.run(Array.from(row, (x, id) => ({ id, x }))));
  const probabilities = softmax(list);
  return {
    probabilities: new Map(list.map(({ id }, i) => [id, probabilities[i]])),
    margin: anchor.margin,
    size: Math.max(...list.map(({ x }) => Math.abs(x))),
  };
}
