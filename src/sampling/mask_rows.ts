import { type Segment, ShapeError } from "../core/mod.ts";
import type { Stage } from "./stage.ts";

/** One bit an id, 32 a word from the little end, 1 = allowed: as grammar engines hand them out. */
export type Bitmask = Uint32Array | Int32Array;

/**
 * Masks each row by a bitmask of its own, zipped by row number (a decode loop: by step): a list of masks, or a function that gives the
 * mask of a row, `undefined` for none.
 *
 * Ids beyond a mask's bits are disallowed. A mask with more words than the vocabulary fills, or a set bit beyond it, is refused when
 * its row begins. The masks are not copied: a decode loop may reuse one buffer.
 *
 * @example
 * ```ts
 * import { fromArray, maskRows, reduce, sampler } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const token = sampler({ chain: [maskRows([Uint32Array.of(0b01), Uint32Array.of(0b10)])] });
 * const rows = await Array.fromAsync(reduce(fromArray([0, 9, 9, 0], { vocabulary: 2 }), { token }));
 * assertEquals(rows.map(({ token }) => token.id), [0, 1]);
 * ```
 *
 * @param masks A mask a row, or a function from the row's number to its mask.
 * @returns The stage.
 */
export function maskRows(masks: readonly Bitmask[] | ((row: number) => Bitmask | undefined)): Stage {
  // Told by `check`, which comes before every row.
  let known: number | undefined;
  return {
    spec: {
      name: "maskRows",
      params: { rows: typeof masks === "function" ? "by function" : masks.length },
      inputs: [],
    },
    check(vocabulary) {
      known = vocabulary;
      if (typeof masks !== "function") masks.forEach((bits, row) => checkWidth(bits, vocabulary, row));
    },
    edit({ row }) {
      const bits = typeof masks === "function" ? masks(row) : masks[row];
      if (!bits) {
        if (typeof masks === "function") return undefined;
        throw new ShapeError(`Cannot mask row ${row}: there are masks for ${masks.length} rows, wanted one a row`);
      }
      if (known !== undefined) checkWidth(bits, known, row);
      return { apply: (segment) => apply(bits, segment) };
    },
  };
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
