import { define, type Segment, ShapeError, type Spec } from "../../core/mod.ts";
import { localSpec } from "../../core/inside.ts";
import { maskTexts, maskWords } from "./_mask_words.ts";
import { refuse } from "./_refuse.ts";
import type { Stage } from "./stage.ts";

/** One bit an id, 32 a word from the little end, 1 = allowed: as grammar engines hand them out. */
export type Bitmask = Uint32Array | Int32Array;

/** The stage that {@linkcode maskRows} makes. */
export interface MaskRowsStage extends Stage {
  /**
   * How many ids of a vocabulary the mask of a row says nothing about, because it has too few bits. They are disallowed. 0 for a row
   * without a mask.
   */
  missing(vocabulary: number, row: number): number;
}

const WANTED = "a list of bit masks (Uint32Array or Int32Array), or a function from a row's number to one";

/**
 * Masks each row by a bitmask of its own, zipped by row number (a decode loop: by step): a list of masks, or a function that gives the
 * mask of a row, `undefined` for none.
 *
 * Ids beyond a mask's bits are disallowed, and `missing` counts them. A mask with more words than the vocabulary fills, or a set bit
 * beyond it, is refused: of a list before any read, of a function before its row gives a token. The masks are not copied: a decode loop
 * may reuse one buffer. A function is asked more than once a row, and must not sample itself; what it would give no spec can say, so that
 * the stage cannot be made again elsewhere. Cost: as `penalties`.
 *
 * @example A mask a row
 * ```ts
 * import { fromArray, maskRows, reduce, sampler } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const token = sampler({ chain: [maskRows([Uint32Array.of(0b01), Uint32Array.of(0b10)])] });
 * const rows = await Array.fromAsync(reduce(fromArray([0, 9, 9, 0], { vocabulary: 2 }), { token }));
 * assertEquals(rows.map(({ token }) => token.id), [0, 1]);
 * ```
 *
 * @example Masks narrower than the vocabulary
 * ```ts
 * import { maskRows } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const grammar = maskRows([Uint32Array.of(0b101), Uint32Array.of(0b101, 0b1)]);
 * assertEquals([grammar.missing(40, 0), grammar.missing(40, 1)], [8, 0]);
 * ```
 *
 * @param masks A mask a row, or a function from the row's number to its mask.
 * @returns The stage.
 * @throws {ParameterError} If it is neither, or a mask no words of bits; the masks of a function when their row is read.
 */
export function maskRows(masks: readonly Bitmask[] | ((row: number) => Bitmask | undefined)): MaskRowsStage {
  if (typeof masks === "function") {
    return stageOf(localSpec("maskRows"), (row) => {
      const bits = masks(row);
      return bits ? checkWords(bits, row) : undefined;
    });
  }
  if (!Array.isArray(masks)) refuse("maskRows", "masks", masks, WANTED);
  for (const [row, bits] of masks.entries()) checkWords(bits, row);
  return {
    ...stageOf(specOf(masks), (row) => {
      if (row < masks.length) return checkWords(masks[row], row);
      throw new ShapeError(`Cannot mask row ${row}: there are masks for ${masks.length} rows, wanted one a row`);
    }),
    check: (vocabulary) => masks.forEach((bits, row) => checkWidth(bits, vocabulary, row)),
  };
}

/** Its row of the catalogue: of the masks as JSON has them. Their text is made only when it is asked for, as for `mask`. */
export const maskRowsDefinition = /* @__PURE__ */ define({
  name: "maskRows",
  kind: "stage",
  help: "the bits of a mask for each row, in base64",
  options: {
    masks: {
      type: "data",
      read: (_what, _name, masks): Uint32Array[] => maskWords(masks),
      write: () => undefined,
      argument: true,
      help: "one bit an id, 1 = allowed",
    },
  },
  make: ({ masks }): MaskRowsStage => maskRows(masks),
});

function specOf(masks: readonly Bitmask[]): Spec {
  const params = {
    get masks(): string[] {
      return maskTexts(masks);
    },
  };
  return { name: "maskRows", params, inputs: [] };
}

/** Masks rows by what `maskOf` gives of each; `undefined` lets a row be. */
function stageOf(spec: Spec, maskOf: (row: number) => Bitmask | undefined): MaskRowsStage {
  return {
    spec,
    checkRow(vocabulary, row) {
      const bits = maskOf(row);
      if (bits) checkWidth(bits, vocabulary, row);
    },
    edit({ row }) {
      const bits = maskOf(row);
      if (!bits) return undefined;
      return { apply: (segment) => apply(bits, segment) };
    },
    missing(vocabulary, row) {
      const bits = maskOf(row);
      return bits ? Math.max(0, vocabulary - 32 * bits.length) : 0;
    },
  };
}

function checkWords(bits: Bitmask | undefined, row: number): Bitmask {
  if (bits instanceof Uint32Array || bits instanceof Int32Array) return bits;
  refuse("maskRows", `the mask of row ${row}`, bits, "a Uint32Array or Int32Array");
}

function checkWidth(bits: Bitmask, vocabulary: number, row: number): void {
  const words = Math.ceil(vocabulary / 32);
  const spare = vocabulary % 32;
  const beyond = bits.length > words || (spare > 0 && bits.length === words && (bits[words - 1] >>> spare) !== 0);
  if (beyond) {
    throw new ShapeError(
      `Cannot mask row ${row}: the mask is wider than the vocabulary: ${bits.length} words, wanted at most ${vocabulary} bits`,
    );
  }
}

function apply(bits: Bitmask, { values, start }: Segment): void {
  for (let i = 0; i < values.length; i++) {
    const id = start + i, word = Math.floor(id / 32);
    if (word >= bits.length || ((bits[word] >>> (id % 32)) & 1) === 0) values[i] = -Infinity;
  }
}
