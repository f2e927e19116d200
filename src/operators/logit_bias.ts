import {
  checkIds,
  define,
  type Operator,
  operatorStream,
  ParameterError,
  type Segment,
  type Shape,
  shown,
} from "../core/mod.ts";
import { firstAt } from "../row/inside.ts";
import { checkVocabulary } from "./_sorted_ids.ts";

/** What is added to a logit. -Infinity masks the token; `"-Infinity"` is how a spec, which is JSON, writes it. */
export type Bias = number | "-Infinity";

/**
 * Adds a bias to the logits of some ids: `x' = x + bias`, added in f64 and rounded once.
 *
 * A bias of -Infinity masks the id, whatever its logit is. -Infinity stays masked under any bias. Tiles without a biased id
 * cost nothing but a search.
 *
 * @example Raise one id, ban another
 * ```ts
 * import { logitBias } from "@sluice/sluice/operators";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray(Float32Array.of(1, 2, 3)).pipe(logitBias({ 0: 5, 2: -Infinity }));
 * const [{ data }] = await Array.fromAsync(logits.open());
 * assertEquals([...data], [6, 2, -Infinity]);
 * ```
 *
 * @param bias Biases by id: an object, a `Map`, or `[id, bias]` entries.
 * @returns The operator. `pipe` refuses it where an id is not in the vocabulary.
 * @throws {ParameterError} If an id is not a whole number or comes twice, or a bias is NaN or +Infinity.
 */
export function logitBias(
  bias: Readonly<Record<string, Bias>> | Iterable<readonly [number, Bias]>,
): Operator {
  return logitBiasDefinition.call({}, bias);
}

/** Its row of the catalogue. */
export const logitBiasDefinition = /* @__PURE__ */ define({
  name: "logitBias",
  kind: "operator",
  help: "[[id, bias], ...] is added",
  options: {
    bias: {
      type: "data",
      read: (_what, _name, bias) => sortedBiases(entriesOf(bias as Parameters<typeof logitBias>[0])),
      argument: true,
      write: plainBiases,
      help: "pairs [id, bias], or a record of them; a bias of -Infinity masks",
    },
  },
  make({ bias: { ids, values: biases } }, spec): Operator {
    const operator: Operator = {
      spec,
      check: ({ vocabulary }: Shape): void => checkVocabulary("logitBias", ids, vocabulary),
      apply({ values, start }: Segment): void {
        const end = start + values.length;
        for (let i = firstAt(ids, start); i < ids.length && ids[i] < end; i++) {
          const at = ids[i] - start;
          values[at] = biases[i] === -Infinity ? -Infinity : values[at] + biases[i];
        }
      },
      stream: () => operatorStream([operator]),
    };
    return operator;
  },
});

interface Biases {
  readonly ids: Float64Array;
  readonly values: Float64Array;
}

function entriesOf(
  bias: Readonly<Record<string, Bias>> | Iterable<readonly [number, Bias]>,
): (readonly [number, Bias])[] {
  if (typeof bias !== "object" || bias === null) {
    throw new ParameterError(
      `Cannot use bias ${shown(bias)} in logitBias: wanted { id: bias } or a list of [id, bias]`,
    );
  }
  if (Symbol.iterator in bias) return [...bias as Iterable<readonly [number, Bias]>].map(checkPair);
  return Object.entries(bias).map(([key, value]) => {
    if (!/^(0|[1-9]\d*)$/.test(key)) {
      throw new ParameterError(`Cannot use id "${key}" in logitBias: wanted a whole number of at least 0`);
    }
    return [Number(key), value];
  });
}

function checkPair(pair: readonly [number, Bias]): readonly [number, Bias] {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new ParameterError(`Cannot use ${shown(pair)} in logitBias: wanted a pair [id, bias]`);
  }
  checkIds("logitBias", [pair[0]]);
  return pair as readonly [number, Bias];
}

function sortedBiases(entries: (readonly [number, Bias])[]): Biases {
  entries.sort(([a], [b]) => a - b);
  const ids = Float64Array.from(entries, ([id]) => id);
  checkIds("logitBias", ids);
  const twice = ids.find((id, i) => id === ids[i - 1]);
  if (twice !== undefined) {
    throw new ParameterError(`Cannot use two biases for id ${twice}: wanted one, their sum if both are meant`);
  }
  return { ids, values: Float64Array.from(entries, checkBias) };
}

function checkBias([id, bias]: readonly [number, Bias]): number {
  const value = bias === "-Infinity" ? -Infinity : bias;
  if (typeof value !== "number" || Number.isNaN(value) || value === Infinity) {
    throw new ParameterError(
      `Cannot use bias ${shown(value)} for id ${id} in logitBias: wanted a finite number, or -Infinity to mask it`,
    );
  }
  // Not -0, which JSON would make 0 of: added to -0 they differ.
  return value + 0;
}

function plainBiases({ ids, values }: Biases): unknown {
  return Array.from(ids, (id, i) => [id, values[i] === -Infinity ? "-Infinity" : values[i]]);
}
