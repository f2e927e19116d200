/**
 * A writer for the few parts of an ONNX model that the bench needs: one input of float32 `[1, n]`, a chain of nodes, int64
 * constants. The field numbers are those of the ONNX protocol buffers.
 *
 * @module
 */

/** One operator of a graph. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers only. */
  readonly attributes?: Readonly<Record<string, number>>;
}

/** A graph over the input `x`. */
export interface Graph {
  readonly nodes: readonly Node[];
  /** Names of the results, with their element type. */
  readonly outputs: Readonly<Record<string, "float" | "int64">>;
  /** Constants of one number each. */
  readonly constants?: Readonly<Record<string, number>>;
}

const OPSET = 13, IR_VERSION = 8;
const ELEMENT = { float: 1, int64: 7 } as const;
const INT_ATTRIBUTE = 2;

const encoder = new TextEncoder();

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function number(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

function bytes(field: number, content: Iterable<number>): number[] {
  const inner = [...content];
  return [...varint(field << 3 | 2), ...varint(inner.length), ...inner];
}

function text(field: number, value: string): number[] {
  return bytes(field, encoder.encode(value));
}

function attribute([name, value]: [string, number]): number[] {
  return bytes(5, [...text(1, name), ...number(3, value), ...number(20, INT_ATTRIBUTE)]);
}

function node({ op, inputs, outputs, attributes = {} }: Node): number[] {
  return bytes(1, [
    ...inputs.flatMap((name) => text(1, name)),
    ...outputs.flatMap((name) => text(2, name)),
    ...text(4, op),
    ...Object.entries(attributes).flatMap(attribute),
  ]);
}

function constant([name, value]: [string, number]): number[] {
  return bytes(5, [...number(1, 1), ...number(2, ELEMENT.int64), ...bytes(7, varint(value)), ...text(8, name)]);
}

/** A value of the graph: `[dimensions...]` by name, so that any length fits. */
function value(field: number, name: string, element: "float" | "int64", dimensions: readonly string[]): number[] {
  const shape = dimensions.flatMap((dimension) => bytes(1, text(2, dimension)));
  const tensor = [...number(1, ELEMENT[element]), ...bytes(2, shape)];
  return bytes(field, [...text(1, name), ...bytes(2, bytes(1, tensor))]);
}

/** The bytes of a model. */
export function onnxModel({ nodes, outputs, constants = {} }: Graph): Uint8Array {
  const graph = [
    ...nodes.flatMap(node),
    ...text(2, "bench"),
    ...Object.entries(constants).flatMap(constant),
    ...value(11, "x", "float", ["one", "n"]),
    ...Object.entries(outputs).flatMap(([name, element], i) => value(12, name, element, [`rows${i}`, `columns${i}`])),
  ];
  return Uint8Array.from([...number(1, IR_VERSION), ...bytes(7, graph), ...bytes(8, number(2, OPSET))]);
}
