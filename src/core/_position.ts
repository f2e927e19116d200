/** A logit's place in its source. */
export interface Position {
  /** The source's row number. */
  readonly row: number;
  /** The id in it. */
  readonly id: number;
}

/** The place `count` logits on, where each row has the ids of `columns`. */
export function positionAfter({ row, id }: Position, count: number, [from, to]: readonly [number, number]): Position {
  const width = to - from, passed = id - from + count;
  return { row: row + Math.floor(passed / width), id: from + passed % width };
}
