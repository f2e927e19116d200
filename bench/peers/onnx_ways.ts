import { InferenceSession, Tensor } from "onnxruntime-node";
import { type Graph, onnxModel } from "./onnx_model.ts";
import type { Op, Ways } from "./ways.ts";

const REDUCE = { keepdims: 1 };

/** The graphs. Where the operator of that name is slow, its parts by hand stand beside it. */
const GRAPHS: Readonly<Partial<Record<Op, Readonly<Record<string, Graph>>>>> = {
  "log-sum-exp": {
    "ReduceLogSumExp": {
      nodes: [{ op: "ReduceLogSumExp", inputs: ["x"], outputs: ["y"], attributes: REDUCE }],
      outputs: { y: "float" },
    },
    "its parts": {
      nodes: [
        { op: "ReduceMax", inputs: ["x"], outputs: ["m"], attributes: REDUCE },
        { op: "Sub", inputs: ["x", "m"], outputs: ["d"] },
        { op: "Exp", inputs: ["d"], outputs: ["e"] },
        { op: "ReduceSum", inputs: ["e"], outputs: ["s"], attributes: REDUCE },
        { op: "Log", inputs: ["s"], outputs: ["l"] },
        { op: "Add", inputs: ["m", "l"], outputs: ["y"] },
      ],
      outputs: { y: "float" },
    },
  },
  "softmax": {
    "Softmax": {
      nodes: [{ op: "Softmax", inputs: ["x"], outputs: ["y"], attributes: { axis: -1 } }],
      outputs: { y: "float" },
    },
  },
  "argmax": {
    "ArgMax": {
      nodes: [{ op: "ArgMax", inputs: ["x"], outputs: ["y"], attributes: { axis: -1, keepdims: 1 } }],
      outputs: { y: "int64" },
    },
  },
  "top-50": {
    "TopK": {
      nodes: [
        { op: "TopK", inputs: ["x", "k"], outputs: ["v", "i"], attributes: { axis: -1, largest: 1, sorted: 1 } },
      ],
      outputs: { v: "float", i: "int64" },
      constants: { k: 50 },
    },
  },
  "entropy": {
    "its parts": {
      nodes: [
        { op: "ReduceMax", inputs: ["x"], outputs: ["m"], attributes: REDUCE },
        { op: "Sub", inputs: ["x", "m"], outputs: ["d"] },
        { op: "Exp", inputs: ["d"], outputs: ["e"] },
        { op: "ReduceSum", inputs: ["e"], outputs: ["s"], attributes: REDUCE },
        { op: "Mul", inputs: ["e", "d"], outputs: ["w"] },
        { op: "ReduceSum", inputs: ["w"], outputs: ["t"], attributes: REDUCE },
        { op: "Div", inputs: ["t", "s"], outputs: ["q"] },
        { op: "Log", inputs: ["s"], outputs: ["l"] },
        { op: "Sub", inputs: ["l", "q"], outputs: ["y"] },
      ],
      outputs: { y: "float" },
    },
  },
};

/** ONNX Runtime, native, one thread. The tensor is over the caller's memory, so nothing is copied in. */
export async function onnxWays(op: Op): Promise<Ways> {
  const ways: [string, (row: Float32Array) => Promise<Float32Array | number>][] = [];
  for (const [name, graph] of Object.entries(GRAPHS[op] ?? {})) {
    const session = await InferenceSession.create(onnxModel(graph), { intraOpNumThreads: 1, interOpNumThreads: 1 });
    const [first] = Object.keys(graph.outputs);
    ways.push([`ONNX Runtime native, ${name}`, async (row) => {
      const results = await session.run({ x: new Tensor("float32", row, [1, row.length]) });
      const data = results[first].data;
      return data.length === 1 ? Number(data[0]) : data as Float32Array;
    }]);
  }
  return Object.fromEntries(ways);
}
