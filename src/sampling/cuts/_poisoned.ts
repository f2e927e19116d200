/** The chain has made a logit NaN or +Infinity. */
export class Poisoned {
  constructor(readonly why: "nan" | "infinity") {}
}
