import { type Segment, ShapeError } from "../../core/mod.ts";
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
 * may reuse one buffer. A function is asked more than once a row, and must not sample itself. Cost: as `penalties`.
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
  if (typeof masks !== "function") {
    if (!Array.isArray(masks)) refuse("maskRows", "masks", masks, WANTED);
    for (const [row, bits] of masks.entries()) checkWords(bits, row);
  }
  function bitsOf(row: number): Bitmask | undefined {
    if (typeof masks !== "function" && row >= masks.length) {
      throw new ShapeError(`Cannot mask row ${row}: there are masks for ${masks.length} rows, wanted one a row`);
    }
    const bits = typeof masks === "function" ? masks(row) : masks[row];
    if (!bits && typeof masks === "function") return undefined;
    checkWords(bits, row);
    return bits;
  }
  return {
    spec: {
      name: "maskRows",
      params: { rows: typeof masks === "function" ? "by function" : masks.length },
      inputs: [],
    },
    check(vocabulary) {
      if (typeof masks !== "function") masks.forEach((bits, row) => checkWidth(bits, vocabulary, row));
    },
    checkRow(vocabulary, row) {
      const bits = bitsOf(row);
      if (bits) checkWidth(bits, vocabulary, row);
    },
    edit({ row }) {
      const bits = bitsOf(row);
      if (!bits) return undefined;
      return { apply: (segment) => apply(bits, segment) };
    },
    missing(vocabulary, row) {
      const bits = bitsOf(row);
      return bits ? Math.max(0, vocabulary - 32 * bits.length) : 0;
    },
  };
}

function checkWords(bits: Bitmask | undefined, row: number): void {
  if (!(bits instanceof Uint32Array || bits instanceof Int32Array)) {
    refuse("maskRows", `the mask of row ${row}`, bits, "a Uint32Array or Int32Array");
  }
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
