/**
 * What do other number formats cost?
 *
 * Half floats and bfloat16 are widened in the arena, f64 rows have kernels with the reference's bits. Log-sum-exp of one row of 4 Mi
 * logits, and its softmax by `normalizeRow`.
 */
import { type Dtype, fromArray, type LogitArray, logSumExp, moments, normalizeRow } from "../mod.ts";
import { ask, type Way } from "./_ask.ts";
import { drain } from "./_drain.ts";
import { normalLogits } from "./_normal_logits.ts";
import { once } from "./_once.ts";

const LENGTH = 2 ** 22;
const row = once(() => normalLogits(LENGTH));
const reducers = { lse: logSumExp() };

function stored(dtype: Dtype, convert: (row: Float32Array) => LogitArray): Way {
  return () => {
    const logits = fromArray(convert(row()), { dtype });
    return () => drain(logits, reducers);
  };
}

/** Mean, variance and minimum: float64 in every lane, of float32 logits too. */
const spread = { m: moments() };

/** A softmax into memory that is used again. */
function softmax(make: (row: Float32Array) => Float32Array | Float64Array): Way {
  return () => {
    const logits = make(row()), out = logits.slice();
    return () => normalizeRow(logits, { out });
  };
}

ask({
  question: "number formats, log-sum-exp of a row of 4 Mi",
  logits: LENGTH,
  ways: {
    "f32": stored("f32", (row) => row),
    "f16": stored("f16", (row) => new Uint16Array(Float16Array.from(row).buffer)),
    "bf16": stored("bf16", (row) => new Uint16Array(row.buffer).filter((_, i) => i % 2 === 1)),
    "f64": stored("f64", (row) => Float64Array.from(row)),
    "f32 moments": () => {
      const logits = fromArray(row());
      return () => drain(logits, spread);
    },
    "f32 softmax": softmax((row) => row),
    "f64 softmax": softmax((row) => Float64Array.from(row)),
  },
  targets: [{ of: "f64", against: "f32", most: 6 }, { of: "f32 moments", against: "f32", most: 2 }],
});
