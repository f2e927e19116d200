/** Everything the two binaries export. */
export { bound } from "./bound.ts";
export { collect } from "./collect.ts";
export { countFrom, countMasked } from "./count.ts";
export { find } from "./find.ts";
export { sumBlock } from "./checksum.ts";
export { divide } from "./divide.ts";
export { subtract } from "./log_probabilities.ts";
export { sweepMaxima } from "./maxima.ts";
export { sweepMoments } from "./moments.ts";
export { pairScale, pairSum } from "./pair.ts";
export { probeMultiplyAdd, probeNegatedMultiplyAdd } from "./probe.ts";
export { scaleTiles } from "./probabilities.ts";
export { read } from "./read.ts";
export { absorb, clear, deposit } from "./slot.ts";
export { softcap } from "./softcap.ts";
export { sweepSums } from "./sum.ts";
export { widenBf16, widenF16 } from "./widen.ts";
