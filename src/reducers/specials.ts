import { define, type Reducer, wholeFault } from "../core/mod.ts";

/** How many logits of a row are not finite. */
export interface Specials {
  /** NaN. */
  readonly nan: number;
  /** +Infinity. */
  readonly posInf: number;
  /** -Infinity: masked tokens. */
  readonly negInf: number;
  /** The lowest id that is NaN or +Infinity. */
  readonly firstInvalid: number | undefined;
}

/** State of {@linkcode specials}. */
export interface SpecialsState {
  /** -Infinity so far. */
  negInf: number;
}

/**
 * Counts the logits of a row that are not finite. NaN and +Infinity are counted for every row anyway; this adds -Infinity.
 *
 * Cost: a scan of its own, 0.2 log-sum-exps.
 *
 * @example A mask and a NaN
 * ```ts
 * import { fromArray, reduce, specials } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const [row] = await Array.fromAsync(reduce(fromArray([1, -Infinity, NaN]), { found: specials() }));
 * assertEquals(row.found, { nan: 1, posInf: 0, negInf: 1, firstInvalid: 2 });
 * ```
 *
 * @returns The reducer.
 */
export function specials(): Reducer<Specials, SpecialsState> {
  return specialsDefinition.call({});
}

/** Its row of the catalogue. */
export const specialsDefinition = /* @__PURE__ */ define({
  name: "specials",
  kind: "reducer",
  help: "how many logits are not finite",
  options: {},
  result: {
    fields: {
      nan: { type: "whole", help: "how many are NaN" },
      posInf: { type: "whole", help: "how many are +Infinity" },
      negInf: { type: "whole", help: "how many are -Infinity: masked" },
      firstInvalid: { type: "id", help: "the lowest id that is NaN or +Infinity", optional: true },
    },
  },
  make(_options, spec): Reducer<Specials, SpecialsState> {
    return {
      spec,
      needs: "maximum",
      init: () => ({ negInf: 0 }),
      step(state, { values }) {
        values.forEach((value) => state.negInf += Number(value === -Infinity));
      },
      stepBlock(state, { kernels, at, count }) {
        state.negInf += kernels.countMasked(at, count);
      },
      merge(into, { negInf }) {
        into.negInf += negInf;
      },
      validate: ({ negInf }, { count, nan, posInf }) => wholeFault("negInf", negInf, 0, count - nan - posInf),
      finish: ({ negInf }, { nan, posInf, firstInvalid }) => ({ nan, posInf, negInf, firstInvalid }),
    };
  },
});
