import { availableBackends, type Backend } from "../../kernels/mod.ts";
import type { Logits, Operator, Reducers, Row } from "../../src/core/mod.ts";
import { normalize, reduce, reduceStates } from "../../src/flow/mod.ts";
import { finishState, mergeStates, type RowState } from "../../src/row/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { Random } from "../support/random.ts";
import type { Along } from "./along.ts";

/** One way of running a case: whole, in chunks, or in parts merged in any order. */
export class Way {
  constructor(
    readonly dtype: "f32" | "f64",
    readonly backend: Backend,
    readonly cut: number | "whole" | "merged",
    readonly seed: number,
  ) {}

  /** For messages. */
  get name(): string {
    return `${this.dtype} ${this.backend} ${this.cut}`;
  }

  /** The rows reduced. */
  async reduce<T extends Reducers>(rows: Along, reducers: T, ...operators: Operator[]): Promise<Row<T>[]> {
    const logits = this.#logits(rows).pipe(...operators);
    if (this.cut !== "merged") return await Array.fromAsync(reduce(logits, reducers, { backend: this.backend }));
    const random = new Random(this.seed);
    const cuts = [0, ...Array.from({ length: 5 }, () => random.whole(rows.vocabulary)), rows.vocabulary];
    const ends = [...new Set(cuts)].sort((a, b) => a - b);
    const parts: RowState[][] = [];
    for (let i = 1; i < ends.length; i++) {
      const columns = [ends[i - 1], ends[i]] as const;
      parts.push(await Array.fromAsync(reduceStates(logits, reducers, { backend: this.backend, columns })));
    }
    const merged = (row: number) => mergeStates(random.shuffle(parts.map((part) => part[row])));
    return Array.from({ length: rows.rows }, (_, row) => finishState(merged(row), reducers));
  }

  /** The rows normalised. Not merged: a second read has its own cuts, in chunks. */
  async normalize(rows: Along, log: boolean, ...operators: Operator[]): Promise<number[]> {
    const chunks = normalize(this.#logits(rows).pipe(...operators), { log, backend: this.backend }).open();
    return (await Array.fromAsync(chunks, ({ data }) => [...data])).flat();
  }

  #logits({ values, vocabulary }: Along): Logits {
    const chunk = typeof this.cut === "number" ? this.cut : 65_536;
    const data = this.dtype === "f64" ? Float64Array.from(values) : Float32Array.from(values);
    return fromArray(data, { vocabulary, chunk });
  }
}

const CUTS = [1, 2, 3, 7, 16, 64, "whole", "merged"] as const;

/** All ways; float64 alone for cases that need it. */
export function waysOf(precision: boolean): Way[] {
  const backends = precision ? [] : availableBackends().map((backend) => ["f32", backend] as const);
  return [...backends, ["f64", "reference"] as const].flatMap(([dtype, backend]) =>
    CUTS.map((cut, seed) => new Way(dtype, backend, cut, seed))
  );
}
