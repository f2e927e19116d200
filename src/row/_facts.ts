import { Total } from "../../kernels/mod.ts";
import { type Fact, type Known, ParameterError, type RowFacts, specText } from "../core/mod.ts";

/** Which row, and how much of it has been read. */
export interface Extent {
  readonly index: number;
  readonly count: number;
  readonly vocabulary: number;
}

/** Of aligned streams the facts of all, and what is known beside. */
interface Aligned {
  readonly streams: readonly string[];
  readonly facts: readonly Facts[];
  know(fact: Fact<unknown>): unknown;
}

/** What is known of one stream of a row. */
export class Facts implements RowFacts {
  readonly index: number;
  readonly count: number;
  readonly vocabulary: number;
  readonly partial: boolean;
  readonly maximum: number;
  readonly logSum: number;
  readonly mantissa: number;
  readonly exponent: number;
  readonly mean: number;
  readonly meanSquare: number;
  readonly nan: number;
  readonly posInf: number;
  readonly allMasked: boolean;
  readonly firstInvalid: number | undefined;
  #aligned: Aligned | undefined;

  /** `total` in the order of `Total`; `summed`: whether exponentials were. */
  constructor(
    { index, count, vocabulary }: Extent,
    total: Float64Array,
    summed: boolean,
    nan: number,
    posInf: number,
    firstInvalid: number | undefined,
  ) {
    const maximum = total[Total.maximum];
    this.index = index;
    this.count = count;
    this.vocabulary = vocabulary;
    this.partial = count < vocabulary;
    this.maximum = nan > 0 ? NaN : posInf > 0 ? Infinity : maximum;
    this.logSum = nan > 0 || posInf > 0 || !summed ? NaN : total[Total.logSum];
    this.mantissa = total[Total.mantissa];
    this.exponent = total[Total.exponent];
    this.mean = total[Total.mean];
    this.meanSquare = total[Total.meanSquare];
    this.nan = nan;
    this.posInf = posInf;
    this.allMasked = nan === 0 && posInf === 0 && maximum === -Infinity;
    this.firstInvalid = firstInvalid;
  }

  /** Makes the facts of aligned streams known to each other. */
  static align(aligned: Aligned): void {
    for (const one of aligned.facts) one.#aligned = aligned;
  }

  of(stream: string): RowFacts {
    const at = this.#aligned?.streams.indexOf(stream) ?? -1;
    if (at >= 0) return this.#aligned!.facts[at];
    const found = this.#aligned ? this.#aligned.streams.join(", ") : "one stream, without a name";
    throw new ParameterError(`Cannot tell the facts of stream "${stream}": there are ${found}`);
  }

  know<T>(fact: Known<T>): T {
    if (this.#aligned) return this.#aligned.know(fact as Fact<T>) as T;
    throw new ParameterError(
      `Cannot tell ${specText((fact as Fact<T>).spec)}: the row is of one stream, without a name`,
    );
  }
}
