import { ParameterError, ShapeError, shown } from "../core/mod.ts";

/** One bit an id, packed from the little end. */
export class PackedBits {
  #bytes: Uint8Array<ArrayBuffer>;
  #words: Uint32Array;

  /** Copies a packed mask: words or bytes, or bytes in base64. Words are little endian, as every host of this library is. */
  constructor(bits: Uint32Array | Int32Array | Uint8Array | string) {
    this.#bytes = typeof bits === "string" ? fromBase64(bits) : bytesOfBits(bits);
    const padded = new Uint8Array(Math.ceil(this.#bytes.length / 4) * 4);
    padded.set(this.#bytes);
    this.#words = new Uint32Array(padded.buffer);
  }

  /** How many ids it says something about. */
  get ids(): number {
    return this.#bytes.length * 8;
  }

  /** Bits of the ids `32 * word` to `32 * word + 31`; 0 past the end. */
  word(word: number): number {
    return word < this.#words.length ? this.#words[word] : 0;
  }

  /** Refuses a mask wider than the vocabulary: more words than it fills, or bits of ids that it has not. */
  check(vocabulary: number): void {
    const words = Math.ceil(vocabulary / 32);
    if (this.#words.length > words) {
      throw new ShapeError(
        `Cannot mask ${vocabulary} ids with ${this.#words.length} words of 32 bits: wanted at most ${words}`,
      );
    }
    const beyond = vocabulary % 32 === 0 ? 0 : this.word(words - 1) >>> (vocabulary % 32);
    if (beyond !== 0) {
      const id = vocabulary + 31 - Math.clz32(beyond & -beyond);
      throw new ShapeError(`Cannot mask ${vocabulary} ids: the mask allows id ${id}, wanted 0 to ${vocabulary - 1}`);
    }
  }

  /** The bytes as text. */
  toBase64(): string {
    let text = "";
    for (let at = 0; at < this.#bytes.length; at += 4096) {
      text += String.fromCharCode(...this.#bytes.subarray(at, at + 4096));
    }
    return btoa(text);
  }
}

function bytesOfBits(bits: Uint32Array | Int32Array | Uint8Array): Uint8Array<ArrayBuffer> {
  if (!(bits instanceof Uint32Array || bits instanceof Int32Array || bits instanceof Uint8Array)) {
    throw new ParameterError(
      `Cannot use ${shown(bits)} as bits of a mask: wanted a Uint32Array, Int32Array or Uint8Array, or their base64`,
    );
  }
  return new Uint8Array(bits.buffer, bits.byteOffset, bits.byteLength).slice();
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  let decoded;
  try {
    decoded = atob(text);
  } catch {
    throw new ParameterError("Cannot use this text as a mask: wanted packed bits in base64");
  }
  return Uint8Array.from(decoded, (character) => character.charCodeAt(0));
}
