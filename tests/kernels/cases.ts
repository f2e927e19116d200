/** The ways to call a kernel that its agreement with the reference is tested for: lengths, alignments, values, specials in each lane. */
import type { Area, Row } from "../../kernels/row.ts";
import { range } from "./support.ts";

/** One way to call a kernel. */
export interface Case {
  /** How many logits, words or rows. */
  readonly length: number;
  /** Which alignment of its addresses. */
  readonly shift: number;
  /** Which of its areas of logits or words ends where memory ends. */
  readonly atEnd?: number;
  /** What values are given. */
  readonly values: Readonly<Record<string, unknown>>;
  /** A special value, at this place of its logits or words. */
  readonly special?: number;
  readonly place?: number;
}

const SPECIALS = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-40,
  -1e-40,
  60,
  90,
  32769,
  -32769,
  2 ** 21 + 1,
  -1e7,
  3.4e38,
  -3.4e38,
];
/** Infinity, NaN, zeros and subnormal numbers, as half floats or as bfloat16. */
const SPECIAL_WORDS = [0x7c00, 0xfc00, 0x7e01, 0x7f80, 0xff80, 0x7fc1, 0x8000, 0, 1, 0x8001, 0x7bff];

/** Bytes of an element, of areas that may begin at any element. */
export const SIZES: Partial<Record<Area, number>> = {
  logits: 4,
  replaced: 4,
  mapped: 4,
  weights: 4,
  stored: 4,
  words: 2,
};

/** Every way to call a kernel that its agreement is tested for. */
export function* casesOf(row: Row): Generator<Case> {
  const all = combinations(row);
  const parameters = Object.values(row.parameters);
  const areas = parameters.map(({ is }) => is).filter((is) => is in SIZES);
  const shifts = areas.includes("words") ? 8 * 4 ** (areas.length - 1) : 4 ** areas.length;
  const ofRows = parameters.some(({ is }) => is === "tiles");
  for (const values of all) {
    for (const length of range(0, ofRows ? 32 : 33)) {
      for (const shift of range(0, shifts - 1)) yield { length, shift, values };
      for (const atEnd of areas.keys()) yield { length, shift: 0, atEnd, values };
    }
  }
  if (areas.length === 0) return;
  const tile = parameters.some(({ is }) => is === "tile");
  const borders = tile ? [1022, 1023, 1024] : [1023, 1024, 1025, 1032, 1033, 2047, 2048, 2049];
  const { most } = parameters.find(({ is }) => is in SIZES)!;
  const specials = areas.includes("words")
    ? SPECIAL_WORDS
    : SPECIALS.filter((x) => !(x > most || (x < -most && x > -Infinity)));
  for (const [i, values] of all.entries()) {
    for (const length of borders) yield { length, shift: (i + length) % shifts, values };
    for (const special of specials) {
      for (const place of range(0, 32)) yield { length: 33, shift: (place + i) % shifts, values, special, place };
      for (const place of range(1019, 1023)) yield { length: 1024, shift: place % shifts, values, special, place };
      if (!tile) yield { length: 1030, shift: i % shifts, values, special, place: 1026 };
    }
  }
}

/** All combinations of the values worth testing. */
function combinations({ parameters }: Row): Record<string, unknown>[] {
  let all: Record<string, unknown>[] = [{}];
  for (const [name, { values }] of Object.entries(parameters)) {
    if (values.length > 0) all = all.flatMap((given) => values.map((value) => ({ ...given, [name]: value })));
  }
  return all;
}
