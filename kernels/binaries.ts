import type { Build } from "./functions.ts";

/** A binary told by another: each step takes `length` bytes of the other that begin at `from`, then adds its own, in hexadecimal. */
export type Patch = readonly (readonly [from: number, length: number, own: string])[];

/** Both builds of a module: `simd` in hexadecimal, and `fma` told by it. */
export interface Binaries {
  readonly simd: string;
  readonly fma: Patch;
}

/** The bytes of a build. */
export function binaryOf({ simd, fma }: Binaries, build: Build): Uint8Array<ArrayBuffer> {
  return bytesOf(build === "simd" ? simd : patched(simd, fma));
}

/** The binary that a patch makes of another, both in hexadecimal. */
export function patched(other: string, patch: Patch): string {
  return patch.map(([from, length, own]) => other.slice(2 * from, 2 * (from + length)) + own).join("");
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
