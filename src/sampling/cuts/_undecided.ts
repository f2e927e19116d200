/** A question that this read of the row cannot answer. */
export class Undecided {
  constructor(readonly why: string) {}
}
