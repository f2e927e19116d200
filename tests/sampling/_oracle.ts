/**
 * Sampling chains by their textbook definitions: float64, whole sorted arrays, `Math.exp` and `Math.log`. Shares no code and no idea
 * with the library: it sorts everything at every stage.
 */

/** A kept token. */
export interface Token {
  readonly id: number;
  x: number;
  p: number;
}

/** A stage as data: what `spec` says. */
export interface StageSpec {
  readonly name: string;
  // deno-lint-ignore no-explicit-any
  readonly params: any;
}

/** What the oracle must be told. */
export interface Setting {
  readonly history?: readonly number[];
  readonly prompt?: number;
  /** Set if xtc's chance struck. */
  readonly struck?: boolean;
  readonly own?: number;
  /** f32 rows round what comes before the first truncator. */
  readonly round?: boolean;
}

/** The kept tokens with their probabilities, best first; and how near a decision came to its border, in relative terms. */
export interface Truth {
  readonly tokens: Token[];
  /** The least relative distance of any decision to its border: below 1e-9 float64 itself may decide either way. */
  readonly margin: number;
}

function normalized(tokens: Token[]): Token[] {
  tokens.sort((a, b) => b.x - a.x || a.id - b.id);
  const top = tokens[0].x;
  let sum = 0;
  for (let i = tokens.length - 1; i >= 0; i--) sum += tokens[i].p = Math.exp(tokens[i].x - top);
  for (const token of tokens) token.p /= sum;
  return tokens;
}

function entropyOf(tokens: readonly Token[]): number {
  let h = 0;
  for (let i = tokens.length - 1; i >= 0; i--) if (tokens[i].p > 0) h -= tokens[i].p * Math.log(tokens[i].p);
  return h;
}

function withTies(tokens: readonly Token[], count: number, ties: string): Token[] {
  if (count >= tokens.length) return [...tokens];
  const edge = tokens[count - 1].x;
  if (ties === "lowestId") return tokens.slice(0, count);
  const above = tokens.filter(({ x }) => x > edge), equal = tokens.filter(({ x }) => x === edge);
  if (ties === "all") return [...above, ...equal];
  return [...above, ...equal.slice(equal.length - (count - above.length))];
}

/** What is this near a share that is wanted has reached it. */
const STEP = 2 ** -24;

class Chain {
  margin = Infinity;
  /** How many masked tokens are still listed beside those that are kept. */
  masked = 0;

  constructor(readonly setting: Setting, readonly vocabulary: number) {}

  near(value: number, border: number, scale = 1): void {
    const gap = Math.abs(value - border) / scale;
    // Exact equality is a rule, not an accident of rounding.
    if (gap < this.margin) this.margin = gap;
  }

  above(tokens: Token[], p: number, least: number, ties = "lowestId"): Token[] {
    const border = Math.log(p) - STEP;
    for (const token of tokens) this.near(Math.log(token.p), border);
    const count = tokens.filter((token) => Math.log(token.p) >= border).length;
    return count >= least ? tokens.slice(0, count) : withTies(tokens, least, ties);
  }

  /** Runs a stage; what it leaves of the masked tokens: all if it only masks or edits, else what it needs for the fewest it keeps. */
  run(tokens: Token[], stage: StageSpec): Token[] {
    const { name, params } = stage;
    const kept = this.apply(tokens, stage);
    if (MASKING.includes(name)) this.masked += tokens.length - kept.length;
    else if (!CUTTING.includes(name) || params.p === 1) return kept;
    else {
      const least = name === "keepTopK" ? Math.max(params.k, params.minKeep) : params.minKeep ?? 1;
      this.masked = Math.min(this.masked, Math.max(0, least - kept.length));
    }
    return kept;
  }

  apply(tokens: Token[], { name, params }: StageSpec): Token[] {
    switch (name) {
      case "withTemperature":
        if (params.temperature === 0) return tokens.slice(0, 1);
        return this.scaled(tokens, params.temperature);
      case "keepTopK":
        return withTies(tokens, Math.max(params.k, params.minKeep), params.ties);
      case "keepTopP": {
        if (params.p === 1) return tokens;
        let sum = 0, count = 0;
        while (count < tokens.length) {
          sum += tokens[count++].p;
          this.near(sum, params.p - STEP, 1);
          if (sum >= params.p - STEP && count >= params.minKeep) break;
        }
        return withTies(tokens, count, params.ties);
      }
      case "keepMinP": {
        const border = tokens[0].x + Math.log(params.p) - STEP;
        for (const { x } of tokens) this.near(x, border);
        return tokens.slice(0, Math.max(params.minKeep, tokens.filter(({ x }) => x >= border).length));
      }
      case "keepEpsilon":
        return this.above(tokens, params.epsilon, params.minKeep, params.ties);
      case "keepEta":
        return this.above(
          tokens,
          Math.min(params.epsilon, Math.sqrt(params.epsilon) * Math.exp(-entropyOf(tokens))),
          params.minKeep,
          params.ties,
        );
      case "keepPLess": {
        let squares = 0;
        for (const { p } of tokens) squares += p * p;
        return this.above(tokens, squares, 1);
      }
      case "keepTypical":
        return this.typical(tokens, params);
      case "keepTopH": {
        const best = normalized(tokens.slice(0, 100).map((token) => ({ ...token })));
        const whole = entropyOf(best);
        let sum = 0, count = 0;
        for (const { p } of best) {
          sum += p > 0 ? -p * Math.log(p) : 0;
          this.near(sum, params.h * whole);
          if (sum > params.h * whole * (1 + 1e-12) && count > 0) break;
          count++;
        }
        return best.slice(0, Math.max(1, count));
      }
      case "keepTopNSigma": {
        if (tokens.length <= 1) return tokens;
        const mean = tokens.reduce((sum, { x }) => sum + (x - tokens[0].x), 0) / tokens.length;
        const variance = tokens.reduce((sum, { x }) => sum + (x - tokens[0].x - mean) ** 2, 0) / tokens.length;
        const border = tokens[0].x - params.n * Math.sqrt(variance);
        for (const { x } of tokens) this.near(x, border, Math.max(1e-3, Math.abs(tokens[0].x)));
        return tokens.filter(({ x }) => x >= border);
      }
      case "xtc": {
        if (!this.setting.struck || params.threshold > 0.5) return tokens;
        const border = Math.log(params.threshold) - STEP;
        for (const { p } of tokens) this.near(Math.log(p), border);
        const last = tokens.filter(({ p }) => Math.log(p) >= border).length - 1;
        return last > 0 && tokens.length + this.masked - last >= params.minKeep ? tokens.slice(last) : tokens;
      }
      case "dynamicTemperature": {
        if (tokens.length <= 1) return tokens;
        const low = Math.max(0, params.temperature - params.range), high = params.temperature + params.range;
        const t = low +
          (high - low) * Math.min(1, entropyOf(tokens) / Math.log(tokens.length + this.masked)) ** params.exponent;
        return t > 0 ? this.scaled(tokens, t) : tokens.slice(0, 1);
      }
      case "mirostat":
        if (params.version === 1) return this.powerLaw(tokens, params);
        return this.above(tokens, 2 ** -(this.setting.own ?? 2 * params.tau), 1);
      case "adaptiveP":
        for (const token of tokens) {
          const d = Math.abs(token.p - Math.min(1, Math.max(0, params.target))) / 0.3;
          token.x = 5 - 10 * d * d / (1 + d);
        }
        return tokens;
      case "penalties": {
        const history = this.setting.history ?? [];
        for (const token of tokens) {
          const count = history.filter((id) => id === token.id).length;
          if (count === 0) continue;
          const x = token.x < 0 ? token.x * params.repetitionPenalty : token.x / params.repetitionPenalty;
          token.x = this.round(x - count * params.frequencyPenalty - params.presencePenalty);
        }
        return tokens;
      }
      case "suppress":
        return tokens.filter(({ id }) => !params.ids.includes(id));
    }
    throw new Error(`The oracle does not know ${name}`);
  }

  typical(tokens: Token[], { p, minKeep }: { p: number; minKeep: number }): Token[] {
    if (p === 1) return tokens;
    const h = entropyOf(tokens);
    const top = tokens[0].x - Math.log(tokens[0].p);
    const far = (token: Token): number => Math.abs(top - token.x - h);
    const order = [...tokens].sort((a, b) => far(a) - far(b) || b.x - a.x || a.id - b.id);
    let sum = 0, count = 0;
    while (count < order.length) {
      sum += order[count++].p;
      this.near(sum, p - STEP);
      if (sum >= p - STEP && count >= minKeep) break;
    }
    const reach = far(order[count - 1]);
    for (const token of order) if (token.x !== order[count - 1].x) this.near(far(token), reach);
    return tokens.filter((token) => far(token) <= reach + 1e-12);
  }

  scaled(tokens: Token[], t: number): Token[] {
    const by = this.setting.round ? Math.fround(t) : t;
    for (const token of tokens) {
      token.x = this.leading && this.setting.round ? Math.fround(token.x / by) : token.x / by;
    }
    return tokens;
  }

  powerLaw(tokens: Token[], { tau, m }: { tau: number; m: number }): Token[] {
    let above = 0, below = 0;
    for (let i = 0; i < Math.min(m, tokens.length) - 1; i++) {
      const t = Math.log((i + 2) / (i + 1));
      above += t * (tokens[i].x - tokens[i + 1].x);
      below += t * t;
    }
    if (below === 0) return tokens.slice(0, 1);
    const s = above / below, e = s - 1;
    const k = (e * 2 ** (this.setting.own ?? 2 * tau) / (1 - this.vocabulary ** -e)) ** (1 / s);
    this.near(k % 1, 0);
    this.near(k % 1, 1);
    return tokens.slice(0, Number.isNaN(k) ? 1 : Math.max(1, Math.min(this.vocabulary, Math.trunc(k))));
  }

  leading = true;

  round(x: number): number {
    return this.leading && this.setting.round ? Math.fround(x) : x;
  }
}

const EDITS = ["withTemperature", "penalties", "suppress"];
/** Stages that mask tokens, and leave them listed; and those that take them off the list. */
const MASKING = ["suppress", "keepTopNSigma"];
const CUTTING = [
  "keepTopK",
  "keepTopP",
  "keepMinP",
  "keepTypical",
  "keepTopH",
  "keepEpsilon",
  "keepEta",
  "keepPLess",
  "mirostat",
];

/** Runs a chain. */
export function truthOf(row: ArrayLike<number>, stages: readonly StageSpec[], setting: Setting = {}): Truth {
  const chain = new Chain(setting, row.length);
  let tokens: Token[] = [];
  for (let id = 0; id < row.length; id++) if (row[id] > -Infinity) tokens.push({ id, x: row[id], p: 0 });
  chain.masked = row.length - tokens.length;
  for (const stage of stages) {
    if (tokens.length === 0) break;
    if (!EDITS.includes(stage.name) || stage.params.temperature === 0) chain.leading = false;
    tokens = chain.run(normalized(tokens), stage);
  }
  return { tokens: tokens.length > 0 ? normalized(tokens) : [], margin: chain.margin };
}
