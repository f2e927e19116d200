import type { Random } from "../support/random.ts";

/** A normal number (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

function bf16(x: number): number {
  const float = new Float32Array([x]);
  const word = new Uint32Array(float.buffer);
  word[0] = (word[0] + 0x7fff + ((word[0] >>> 16) & 1)) & 0xffff0000;
  return float[0];
}

/** How rows look: scale, offset, ties, masks. */
export const SHAPES = [
  "normal",
  "peaked",
  "flat",
  "bf16",
  "integers",
  "masked",
  "tiny",
  "huge",
  "offset",
  "equal",
  "two-valued",
  "ascending",
] as const;

/** A kind of row. */
export type Kind = typeof SHAPES[number];

/** A seeded row of a kind. */
export function rowOf(kind: Kind, length: number, random: Random): Float32Array {
  const row = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const z = normal(random);
    row[i] = valueOf(kind, z, i / length, random);
  }
  if (kind === "two-valued") { for (let i = 0; i < length; i++) row[i] = row[i] > 0.3 ? 1.5 : -0.25; }
  return row;
}

function valueOf(kind: Kind, z: number, place: number, random: Random): number {
  switch (kind) {
    case "normal":
      return 2.5 * z;
    case "peaked":
      return 6 * z + (random.uniform() < 0.002 ? 20 : 0);
    case "flat":
      return 0.1 * z;
    case "bf16":
      return bf16(3 * z);
    case "integers":
      return Math.round(2 * z);
    case "masked":
      return random.uniform() < 0.6 ? -Infinity : 2 * z;
    case "tiny":
      return 1e-4 * z;
    case "huge":
      return 1e4 * z;
    case "offset":
      return 10000 + 3 * z;
    case "equal":
      return 0.75;
    case "two-valued":
      return z;
    case "ascending":
      return 12 * place;
  }
}
