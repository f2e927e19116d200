import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { Op, Ways } from "./ways.ts";

const GRAPHS: Readonly<Record<Op, (x: tf.Tensor1D) => tf.Tensor>> = {
  "log-sum-exp": (x) => tf.logSumExp(x),
  "softmax": (x) => tf.softmax(x),
  "argmax": (x) => tf.argMax(x),
  "top-50": (x) => tf.topk(x, 50).values,
  "entropy": (x) => {
    const logs = tf.logSoftmax(x);
    return tf.neg(tf.sum(tf.mul(tf.exp(logs), logs)));
  },
};

/** TensorFlow.js on its WASM backend, one thread. Typed arrays are not returned out of `tidy`, which would walk them. */
export async function tfjsWays(op: Op): Promise<Ways> {
  await tf.setBackend("wasm");
  await tf.ready();
  const graph = GRAPHS[op];
  return {
    "tfjs-wasm": (row) => {
      const result = tf.tidy(() => graph(tf.tensor1d(row)));
      const data = result.dataSync() as Float32Array;
      result.dispose();
      return data.length === 1 ? data[0] : data;
    },
  };
}
