import { applyOperators } from "./apply_operators.ts";
import { checkShape } from "./check.ts";
import { checkOperators } from "./check_operators.ts";
import type { Chunk } from "./chunk.ts";
import { ParameterError } from "./errors.ts";
import type { Logits, LogitSource, Replay } from "./logits.ts";
import type { Operator } from "./operator.ts";
import type { Range } from "./range.ts";
import type { Shape } from "./shape.ts";
import { shown } from "./shown.ts";
import type { Spec } from "./spec.ts";

/** A source and the operators on it. */
class PipedLogits implements Logits {
  readonly shape: Shape;

  constructor(readonly source: LogitSource, readonly operators: readonly Operator[]) {
    const { shape } = source;
    // Operators write f32 (or f64), so f16 and bf16 are widened on the way; one that only cuts writes nothing.
    const writes = operators.some((operator) => !operator.reshapes);
    const dtype = writes && shape.dtype !== "f64" ? "f32" : shape.dtype;
    this.shape = dtype === shape.dtype ? shape : Object.freeze({ ...shape, dtype });
  }

  get replay(): Replay {
    return this.source.replay;
  }

  get axes(): readonly number[] | undefined {
    return this.source.axes;
  }

  get spec(): Spec {
    return this.operators.reduce<Spec>(
      (input, { spec }) => ({ ...spec, inputs: [input, ...spec.inputs] }),
      this.source.spec,
    );
  }

  open(range?: Range): ReadableStream<Chunk> {
    return applyOperators(this.source.open(range), this.operators);
  }

  pipe(...operators: Operator[]): Logits {
    checkOperators(operators);
    for (const operator of operators) operator.check?.(this.shape);
    return new PipedLogits(this.source, [...this.operators, ...operators]);
  }
}

/**
 * Makes logits of a source: adds `pipe`, checks and freezes the shape. Every source of this library ends here; so does yours.
 *
 * @example A source of ones
 * ```ts
 * import { type LogitSource, logitsFrom } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { rows: 1, vocabulary: 4, dtype: "f32" } as const;
 * const ones: LogitSource = {
 *   shape,
 *   replay: "free",
 *   spec: { name: "ones", params: {}, inputs: [] },
 *   open: () => ReadableStream.from([{ shape, data: new Float32Array(4).fill(1), row: 0, start: 0 }]),
 * };
 * const chunks = await Array.fromAsync(logitsFrom(ones).open());
 * assertEquals(chunks[0].data[3], 1);
 * ```
 *
 * @param source Where chunks come from.
 * @returns Logits without operators.
 * @throws {ShapeError} If the shape has no rows or no vocabulary.
 * @throws {ParameterError} If that is no source.
 */
export function logitsFrom(source: LogitSource): Logits {
  checkSource(source);
  const shape = checkShape(source.spec.name, source.shape);
  return new PipedLogits(shape === source.shape ? source : withShape(source, shape), []);
}

function checkSource(source: LogitSource): void {
  const { spec, open } = source ?? {};
  if (typeof spec?.name === "string" && typeof open === "function") return;
  throw new ParameterError(
    `Cannot make logits of ${
      shown(source)
    }: wanted a source, with shape, replay, spec and open; fromArray takes arrays`,
  );
}

function withShape(source: LogitSource, shape: Shape): LogitSource {
  return Object.create(source, { shape: { value: shape, enumerable: true } });
}
