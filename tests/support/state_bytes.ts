import { crc32, fromPlain, toPlain } from "../../src/formats/inside.ts";

/** A saved state taken apart, to be changed at will. */
// deno-lint-ignore no-explicit-any
export type Loose = any;

/** Where the body begins, and how many bytes follow it. */
const BEGIN = 12, END = 4;

/** The text of a saved state's body. */
export function bodyText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(BEGIN, bytes.length - END));
}

/** A state whose body is this text, with a sound check sum: as a foreign writer may make it. */
export function withBody(bytes: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(text);
  const whole = new Uint8Array(BEGIN + body.length + END);
  whole.set(bytes.subarray(0, BEGIN - 4));
  const view = new DataView(whole.buffer);
  view.setUint32(BEGIN - 4, body.length, true);
  whole.set(body, BEGIN);
  view.setUint32(BEGIN + body.length, crc32(body), true);
  return whole;
}

/** What a saved state holds, as plain data. */
export function contentOf(bytes: Uint8Array): Loose {
  return fromPlain(JSON.parse(bodyText(bytes)));
}

/** The same state with another content. */
export function withContent(bytes: Uint8Array, content: Loose): Uint8Array<ArrayBuffer> {
  return withBody(bytes, JSON.stringify(toPlain(content)));
}
