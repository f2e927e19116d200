/** An array seen as rows: the axes that are reduced laid out last. */
export interface Along {
  /** How many rows. */
  readonly rows: number;
  /** Logits in a row. */
  readonly vocabulary: number;
  /** The rows, one after the other. */
  readonly values: number[];
  /** Puts rows back in the array's own order. */
  back(values: readonly number[]): number[];
}

/** Sees an array as rows along one axis, several, or (`null`) all; negative axes count from the end. */
export function along(
  shape: readonly number[],
  values: readonly number[],
  axis: number | readonly number[] | null,
): Along {
  const all = shape.map((_, i) => i);
  const reduced = axis === null
    ? all
    : [axis].flat().map((one) => one < 0 ? one + shape.length : one).sort((a, b) => a - b);
  const kept = all.filter((one) => !reduced.includes(one));
  const positions = positionsOf(shape, [...kept, ...reduced]);
  const size = (axes: readonly number[]) => axes.reduce((product, one) => product * shape[one], 1);
  return {
    rows: size(kept),
    vocabulary: size(reduced),
    values: positions.map((at) => values[at]),
    back: (moved) => {
      const found = new Array<number>(moved.length);
      positions.forEach((at, i) => found[at] = moved[i]);
      return found;
    },
  };
}

/** Where each element lies in row-major order, when the axes are walked in another order. */
function positionsOf(shape: readonly number[], order: readonly number[]): number[] {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, length) => product * length, 1));
  let positions = [0];
  for (const one of order) {
    const steps = Array.from({ length: shape[one] }, (_, i) => i * strides[one]);
    positions = positions.flatMap((at) => steps.map((step) => at + step));
  }
  return positions;
}
