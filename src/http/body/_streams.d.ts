/** The part of `@std/streams` that the service uses. */

/** Text to its lines, without their ends. */
export class TextLineStream extends TransformStream<string, string> {
  constructor();
}

/** Bytes as they are; fails with a `RangeError` where they are more than `size`. */
export class LimitedBytesTransformStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(size: number, options: { readonly error: true });
}
