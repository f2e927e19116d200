import { TILE } from "../layout.ts";
import type { Views } from "../views.ts";

const SCRATCH = { f32: new Float32Array(2 * TILE), f64: new Float64Array(2 * TILE) };

/** The quotients of at most a tile of logits from an index on, rounded to the element type; as much room lies behind a tile of them. */
export function quotientsOf(
  { element, values }: Views,
  first: number,
  count: number,
  by: number,
): Float32Array | Float64Array {
  const quotients = SCRATCH[element];
  const divisor = element === "f32" ? Math.fround(by) : by;
  for (let i = 0; i < count; i++) quotients[i] = values[first + i] / divisor;
  return quotients;
}
