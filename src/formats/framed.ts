import { StateFormatError } from "../core/mod.ts";
import { crc32 } from "./crc32.ts";

/** First bytes of a saved state. */
const MAGIC = new TextEncoder().encode("SLUICE");
const HEAD = MAGIC.length + 6;
const END = 4;

/** A body in its frame: `SLUICE`, the version (u16), the body's length (u32), the body, its CRC-32 (u32); little endian. */
export function framed(version: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD + body.length + END);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(MAGIC.length, version, true);
  view.setUint32(MAGIC.length + 2, body.length, true);
  bytes.set(body, HEAD);
  view.setUint32(HEAD + body.length, crc32(body), true);
  return bytes;
}

/** The body of framed bytes. Refuses damaged bytes, and those of another version. */
export function unframed(wanted: number, bytes: Uint8Array): Uint8Array {
  const refuse = (what: string) => new StateFormatError(`Cannot load the state of ${bytes.length} bytes: ${what}`);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw refuse("it is not one that saveState made");
  if (bytes.length < HEAD + END) throw refuse("it is damaged: its end is missing");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(MAGIC.length, true);
  if (version !== wanted) throw refuse(`it has version ${version}, wanted ${wanted}`);
  const length = view.getUint32(MAGIC.length + 2, true);
  if (bytes.length !== HEAD + length + END) throw refuse(`it is damaged: wanted ${HEAD + length + END} bytes`);
  const body = bytes.subarray(HEAD, HEAD + length);
  if (crc32(body) !== view.getUint32(HEAD + length, true)) throw refuse("it is damaged: its check sum differs");
  return body;
}
