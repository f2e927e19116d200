/**
 * `@std/streams` with types: its npm build ships none.
 *
 * @module
 */
// @ts-types="./_streams.d.ts"
export { LimitedBytesTransformStream } from "@std/streams/limited-bytes-transform-stream";
// @ts-types="./_streams.d.ts"
export { TextLineStream } from "@std/streams/text-line-stream";
