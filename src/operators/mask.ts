import {
  define,
  type Operator,
  operatorStream,
  optionsOf,
  ParameterError,
  type Segment,
  type Shape,
  shown,
} from "../core/mod.ts";
import { firstAt } from "../row/inside.ts";
import { PackedBits } from "../formats/inside.ts";
import { checkVocabulary, sortedIds } from "./_sorted_ids.ts";

/** Which ids a {@linkcode mask} leaves: exactly one of the three. */
export type MaskOptions =
  /** Only these ids are allowed. */
  | { readonly allow: Iterable<number> }
  /** All ids but these are allowed. */
  | { readonly deny: Iterable<number> }
  /** One bit an id, packed from the little end, 1 = allowed (as grammar engines hand them out). Or its bytes in base64. */
  | { readonly bits: Uint32Array | Int32Array | Uint8Array | string };

/** The operator that {@linkcode mask} makes. */
export interface MaskOperator extends Operator {
  /**
   * How many ids of a vocabulary the mask says nothing about, because it has too few bits. They are disallowed.
   * 0 for a mask of ids.
   */
  missing(vocabulary: number): number;
}

/** One kind of mask. */
interface Mask {
  readonly params: Readonly<Record<string, unknown>>;
  check(vocabulary: number): void;
  apply(segment: Segment): void;
  missing(vocabulary: number): number;
}

/**
 * Sets the logits of disallowed ids to -Infinity, whatever they were; the others stay as they are.
 *
 * Packed bits narrower than the row disallow the ids they say nothing about, and `missing` counts those; wider ones are
 * refused: more words than the vocabulary fills, or a set bit beyond it. The bits are copied.
 * Cost: for denied ids a search a tile; else one look at the tile.
 *
 * @example Allow some ids
 * ```ts
 * import { mask } from "@sluice/sluice/operators";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray(Float32Array.of(1, 2, 3)).pipe(mask({ allow: [0, 2] }));
 * const [{ data }] = await Array.fromAsync(logits.open());
 * assertEquals([...data], [1, -Infinity, 3]);
 * ```
 *
 * @example A bit mask narrower than the vocabulary
 * ```ts
 * import { mask } from "@sluice/sluice/operators";
 * import { assertEquals } from "@std/assert";
 *
 * const grammar = mask({ bits: Uint32Array.of(0b101) });
 * assertEquals(grammar.missing(40), 8);
 * ```
 *
 * @param options Which ids are allowed.
 * @returns The operator. `pipe` refuses it where it is wider than the vocabulary.
 * @throws {ParameterError} If not exactly one of `allow`, `deny` and `bits` is given, or an id is not a whole number.
 */
export function mask(options: MaskOptions): MaskOperator {
  const { params, check, apply, missing } = maskOf(options);
  const operator: MaskOperator = {
    spec: { name: "mask", params, inputs: [] },
    check: ({ vocabulary }: Shape): void => check(vocabulary),
    apply,
    missing,
    stream: () => operatorStream([operator]),
  };
  return operator;
}

/** Its row of the catalogue. The bits' text is made only when it is asked for, so its options are read here and not by their types. */
export const maskDefinition = /* @__PURE__ */ define({
  name: "mask",
  kind: "operator",
  help: "one of allow, deny, bits: other tokens are masked",
  options: {
    allow: { type: "data", read: readList, optional: true, help: "only these ids are allowed" },
    deny: { type: "data", read: readList, optional: true, help: "all ids but these are allowed" },
    bits: {
      type: "data",
      read: (_what, _name, bits): unknown => bits,
      optional: true,
      write: () => undefined,
      help: "one bit an id, 1 = allowed, in base64",
    },
  },
  make: (options): MaskOperator => mask(options as MaskOptions),
});

/** In JSON a list is a list: of a text each character would be an id. */
function readList(what: string, name: string, ids: unknown): Iterable<number> {
  if (typeof ids !== "string" && Symbol.iterator in Object(ids)) return ids as Iterable<number>;
  throw new ParameterError(`Cannot use ${shown(ids)} as ${name} in ${what}: wanted a list of ids`);
}

function maskOf(options: MaskOptions): Mask {
  if (typeof options !== "object" || options === null) {
    throw new ParameterError(`Cannot make a mask of ${shown(options)}: wanted { allow }, { deny } or { bits }`);
  }
  optionsOf("mask", options, ["allow", "deny", "bits"]);
  const { allow, deny, bits } = options as { allow?: Iterable<number>; deny?: Iterable<number>; bits?: Uint32Array };
  if ([allow, deny, bits].filter((kind) => kind !== undefined).length !== 1) {
    throw new ParameterError('Cannot make a mask: wanted exactly one of "allow", "deny" and "bits"');
  }
  if (allow) return allowMask(sortedIds("mask", allow));
  return deny ? denyMask(sortedIds("mask", deny)) : bitMask(new PackedBits(bits!));
}

function allowMask(ids: Float64Array): Mask {
  function apply({ values, start }: Segment): void {
    const end = start + values.length;
    let from = 0;
    for (let i = firstAt(ids, start); i < ids.length && ids[i] < end; i++) {
      values.fill(-Infinity, from, ids[i] - start);
      from = ids[i] - start + 1;
    }
    values.fill(-Infinity, from);
  }
  return idMask("allow", ids, apply);
}

function denyMask(ids: Float64Array): Mask {
  function apply({ values, start }: Segment): void {
    const end = start + values.length;
    for (let i = firstAt(ids, start); i < ids.length && ids[i] < end; i++) values[ids[i] - start] = -Infinity;
  }
  return idMask("deny", ids, apply);
}

function idMask(kind: "allow" | "deny", ids: Float64Array, apply: Mask["apply"]): Mask {
  return {
    params: { [kind]: [...ids] },
    check: (vocabulary) => checkVocabulary("mask", ids, vocabulary),
    apply,
    missing: () => 0,
  };
}

const ALL = 0xffffffff;

function bitMask(bits: PackedBits): Mask {
  function apply({ values, start }: Segment): void {
    for (let i = 0; i < values.length;) {
      const shift = (start + i) % 32;
      const end = Math.min(values.length, i + 32 - shift);
      const word = bits.word(Math.floor((start + i) / 32));
      if (word === 0) values.fill(-Infinity, i, end);
      else if (word !== ALL) maskWord(values, i, end, word >>> shift);
      i = end;
    }
  }
  return {
    // The text is made only when it is asked for: a decode loop makes a mask a step and never asks.
    params: {
      get bits(): string {
        return bits.toBase64();
      },
    },
    check: (vocabulary) => bits.check(vocabulary),
    apply,
    missing: (vocabulary) => Math.max(0, vocabulary - bits.ids),
  };
}

function maskWord(values: Segment["values"], from: number, to: number, word: number): void {
  for (let i = from; i < to; i++, word >>>= 1) {
    if ((word & 1) === 0) values[i] = -Infinity;
  }
}
