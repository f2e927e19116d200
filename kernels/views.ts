import type { Base } from "./reference/binary_exponent.ts";

/** A memory as kernels in TypeScript see it. */
export interface Views {
  /** What a logit is. */
  readonly element: "f32" | "f64";
  /** The memory as logits. */
  readonly values: Float32Array | Float64Array;
  /** From the address of a logit to its index: how far to shift. */
  readonly shift: number;
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly i16: Int16Array;
  readonly u16: Uint16Array;
  /** The base of exponents: see `Kernels.base`. */
  readonly base: Base;
}

/** Views of a memory with logits of `element`. */
export function viewsOf(memory: ArrayBuffer, element: "f32" | "f64", base: Base): Views {
  return {
    element,
    values: element === "f32" ? new Float32Array(memory) : new Float64Array(memory),
    shift: element === "f32" ? 2 : 3,
    f64: new Float64Array(memory),
    i32: new Int32Array(memory),
    u32: new Uint32Array(memory),
    i16: new Int16Array(memory),
    u16: new Uint16Array(memory),
    base,
  };
}
