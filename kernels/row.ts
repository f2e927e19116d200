/**
 * What a row of a table of kernels says: parameters as data, so that the build, tests and benches know how to call any kernel.
 *
 * @module
 */

import type { Build } from "./functions.ts";
import type { Level } from "./kernels.ts";

/** What lies at an address, and whether the kernel reads or writes it. */
export type Area =
  /** As many logits as `count`, read. */
  | "logits"
  /** As many logits, each read and replaced. */
  | "replaced"
  /** As many logits, written. */
  | "mapped"
  /** As many 16-bit words, or half as many as `bytes`, read. */
  | "words"
  /** At most as many uint32, written. */
  | "indices"
  /** Rows of a sweep, one a tile: written. */
  | "table"
  /** The same, read. */
  | "rows"
  /** The same, of as many tiles as `count` logits have; facts of a pair are written. */
  | "swept"
  /** As many weights, written, relative to the references of the table. */
  | "weights"
  /** As many weights, read. */
  | "stored"
  /** An accumulator, read or changed. */
  | "slot"
  /** Up to eight float64, written. */
  | "out"
  /** Two float64 a row of at least three logits, written. */
  | "totals"
  /** The key of a checksum, read. */
  | "key"
  /** Two 32-bit sums, changed. */
  | "sums"
  /** Mantissa and exponent of a sum, float64, written. */
  | "pair";

/** How much there is of it: of logits or words; of logits, at most a tile; of bytes, two a word; of rows. */
export type Count = "count" | "tile" | "bytes" | "tiles";

/** One parameter. */
export interface Parameter {
  readonly is: Area | Count | "value";
  /** Its type in the asm source. */
  readonly type: "usize" | "i32" | "bool" | "f64" | "f32";
  /** Of a value: those worth testing, the first one for benches. */
  readonly values: readonly unknown[];
  /** Of logits: none may be greater in magnitude, but -Infinity. */
  readonly most: number;
}

/** One kernel. */
export interface Row {
  /** In order, by the names that they have in the interface and in the asm source. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** What the asm source gives: more than the interface, where the fast path may have to stop. */
  readonly gives: "void" | "bool" | "i32" | "f32" | "f64";
  /** The builds that have it: both, if nothing is said. What no build has is TypeScript on every backend. */
  readonly builds?: readonly Build[];
  /** Whether the plain build has an `asm64.ts` of it too, for float64 logits: to the bits of the reference. */
  readonly float64?: true;
  /** How far a build may be from its reference, relative; 0, to the bits, if nothing is said. */
  readonly error?: number;
  /** Numbers below this may differ by as much. */
  readonly least?: number;
}

function parameter(is: Parameter["is"], type: Parameter["type"], values: readonly unknown[] = []): Parameter {
  return { is, type, values, most: Infinity };
}

/** An address. */
export function at(area: Area, most = Infinity): Parameter {
  return { ...parameter(area, "usize"), most };
}

/** How much there is at the addresses. */
export function number(of: Count): Parameter {
  return parameter(of, "i32");
}

/** A float64. */
export function f64(...values: readonly number[]): Parameter {
  return parameter("value", "f64", values);
}

/** A number that is rounded to float32. */
export function f32(...values: readonly number[]): Parameter {
  return parameter("value", "f32", values);
}

/** A whole number. */
export function i32(...values: readonly number[]): Parameter {
  return parameter("value", "i32", values);
}

/** Yes or no. */
export function flag(): Parameter {
  return parameter("value", "bool", [false, true]);
}

/** How much a sweep learns. */
export function level(...levels: readonly Level[]): Parameter {
  return parameter("value", "i32", levels);
}

/** What a masked sum adds up. */
export function measure(): Parameter {
  return parameter("value", "i32", ["mass", "moments", "squares"]);
}

/** The builds that have a kernel. */
export function buildsOf({ builds = ["fma", "simd"] }: Row): readonly Build[] {
  return builds;
}

/** Where the float64 kernel of a row is in the plain build: an `asm64.ts` of its own, the same as of float32 where no logits are read or written, or nowhere. */
export function float64Of({ parameters, builds, float64 }: Row): "own" | "same" | undefined {
  if (float64) return "own";
  const ofLogits = Object.values(parameters).some(({ is }) => ["logits", "replaced", "mapped", "weights"].includes(is));
  return ofLogits || builds ? undefined : "same";
}
