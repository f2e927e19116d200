import { wholeFault } from "../core/mod.ts";
import { canonicalExact, exactFault, type ExactTotal, exactTotal, mergeExact } from "../row/inside.ts";

/** A count and some exact sums, by number. */
export interface Sums {
  count: number;
  readonly sums: ExactTotal[];
}

/** What folds of a count and `size` sums share. */
export function sumsState(size: number) {
  return {
    init: (): Sums => ({ count: 0, sums: Array.from({ length: size }, exactTotal) }),
    merge(into: Sums, from: Readonly<Sums>): void {
      into.count += from.count;
      into.sums.forEach((sum, i) => mergeExact(sum, from.sums[i]));
    },
    canonical: ({ count, sums }: Readonly<Sums>): Sums => ({ count, sums: sums.map(canonicalExact) }),
    validate: ({ count, sums }: Readonly<Sums>): string | undefined =>
      wholeFault("count", count, 0, Number.MAX_SAFE_INTEGER) ??
        wholeFault("the length of sums", sums.length, size, size) ??
        sums.map((sum, i) => exactFault(`sums[${i}]`, sum)).find((fault) => fault !== undefined),
  };
}
