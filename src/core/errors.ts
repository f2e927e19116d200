/**
 * Every error that Sluice raises by design: its code, the HTTP status a service answers with, and whether the same
 * call may succeed later. The one table; classes below carry a code from it.
 *
 * @example Whether to try again
 * ```ts
 * import { errorCode, ERRORS, SourceChangedError } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const code = errorCode(new SourceChangedError("its two reads differ"))!;
 * assertEquals(ERRORS[code].status, 409);
 * assertEquals(ERRORS[code].retryable, true);
 * ```
 */
export const ERRORS = {
  E_PARAM: { status: 400, retryable: false, meaning: "an option is outside its range" },
  E_K_RANGE: { status: 400, retryable: false, meaning: "k is not a whole number of at least 1" },
  E_SHAPE: { status: 400, retryable: false, meaning: "a shape does not fit" },
  E_DTYPE: { status: 400, retryable: false, meaning: "a dtype is unknown or not supported here" },
  E_FORMAT: { status: 400, retryable: false, meaning: "a file is not what its name or header says" },
  E_EMPTY: { status: 400, retryable: false, meaning: "there are no rows or no vocabulary" },
  E_NAN: {
    status: 422,
    retryable: false,
    meaning: "a row holds NaN, +Infinity or no allowed token, and the caller asked to stop",
  },
  E_ORDER: { status: 400, retryable: false, meaning: "chunks leave a gap or overlap" },
  E_DETACHED: { status: 400, retryable: false, meaning: "a chunk's memory was transferred away" },
  E_SOURCE_READ: { status: 502, retryable: true, meaning: "the source could not be opened or read" },
  E_SOURCE_SHORT: { status: 400, retryable: false, meaning: "the source ended before its shape was filled" },
  E_SOURCE_LONG: { status: 400, retryable: false, meaning: "the source holds more than its shape" },
  E_SOURCE_CHANGED: { status: 409, retryable: true, meaning: "two reads of the source differ" },
  E_SOURCE_EXHAUSTED: { status: 409, retryable: false, meaning: "a one-shot source was asked for a second read" },
  E_STATE_FORMAT: { status: 400, retryable: false, meaning: "saved state is damaged, or of another version" },
  E_NOT_PORTABLE: { status: 400, retryable: false, meaning: "a spec stands for what only one process has" },
  E_MERGE_MISMATCH: { status: 400, retryable: false, meaning: "states are of different things" },
  E_SHARD_GAP: { status: 400, retryable: false, meaning: "parts do not cover the row" },
  E_SHARD_OVERLAP: { status: 400, retryable: false, meaning: "parts cover an id twice" },
  E_SINK_WRITE: { status: 500, retryable: true, meaning: "the sink could not be written" },
  E_ABORTED: { status: 499, retryable: true, meaning: "the caller stopped the work" },
  E_WASM_UNAVAILABLE: { status: 500, retryable: false, meaning: "the backend asked for does not run here" },
  E_ARENA_FULL: {
    status: 500,
    retryable: false,
    meaning: "the library was called from inside itself too many times over",
  },
  E_SOURCE_MISSING: { status: 404, retryable: false, meaning: "there is no such source" },
  E_SOURCE_RANGE: { status: 502, retryable: false, meaning: "the source's server does not give parts of it" },
  E_URL_BLOCKED: { status: 403, retryable: false, meaning: "a URL that may not be read from here" },
  E_PATH_BLOCKED: { status: 403, retryable: false, meaning: "a path that may not be read from here" },
  E_HOST_BLOCKED: { status: 421, retryable: false, meaning: "a host that the service does not answer for" },
  E_ORIGIN_BLOCKED: { status: 403, retryable: false, meaning: "a page of an origin that may not ask" },
  E_BAD_REQUEST: { status: 400, retryable: false, meaning: "a request that makes no sense" },
  E_UNAUTHORIZED: { status: 401, retryable: false, meaning: "the token is missing or wrong" },
  E_NOT_FOUND: { status: 404, retryable: false, meaning: "there is no such address" },
  E_METHOD: { status: 405, retryable: false, meaning: "the address does not take this method" },
  E_TIMEOUT: { status: 408, retryable: true, meaning: "nothing moved for too long, or the whole took too long" },
  E_BODY_LIMIT: { status: 413, retryable: false, meaning: "the body is longer than the service takes" },
  E_LIMIT: { status: 413, retryable: false, meaning: "more than the service takes" },
  E_MEDIA_TYPE: { status: 415, retryable: false, meaning: "the content type or encoding is not one the service reads" },
  E_INTERNAL: { status: 500, retryable: true, meaning: "the service failed" },
  E_BUSY: { status: 503, retryable: true, meaning: "the service has as much work as it takes" },
  E_LISTEN: { status: 503, retryable: true, meaning: "the service cannot listen for connections" },
  E_SHUTDOWN: { status: 503, retryable: true, meaning: "the service is stopping" },
} as const;

/** A code of {@linkcode ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/**
 * An option outside its range: a `RangeError` raised before any read.
 *
 * @example A temperature of zero
 * ```ts
 * import { ERRORS, ParameterError, temperature } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * let status = 200;
 * try {
 *   temperature(0);
 * } catch (error) {
 *   if (!(error instanceof ParameterError)) throw error;
 *   status = ERRORS[error.code].status;
 * }
 * assertEquals(status, 400);
 * ```
 */
export class ParameterError extends RangeError {
  /** The name that callers test. */
  override readonly name = "ParameterError";
  /**
   * Makes the error.
   *
   * @param message What was wanted and what was found.
   * @param code The catalogue's code.
   */
  constructor(message: string, readonly code: ErrorCode = "E_PARAM") {
    super(message);
  }
}

/**
 * Shapes, dtypes, chunk order or memory that do not fit: a `TypeError`.
 *
 * @example Three logits are no rows of two
 * ```ts
 * import { ERRORS, fromArray, ShapeError } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * let status = 200;
 * try {
 *   fromArray([1, 2, 3], { vocabulary: 2 });
 * } catch (error) {
 *   if (!(error instanceof ShapeError)) throw error;
 *   status = ERRORS[error.code].status;
 * }
 * assertEquals(status, 400);
 * ```
 */
export class ShapeError extends TypeError {
  /** The name that callers test. */
  override readonly name = "ShapeError";
  /**
   * Makes the error.
   *
   * @param message What was wanted and what was found.
   * @param code The catalogue's code.
   */
  constructor(message: string, readonly code: ErrorCode = "E_SHAPE") {
    super(message);
  }
}

/**
 * A source that cannot be opened or read, or that is not what it says.
 *
 * @example A file that is not there
 * ```ts
 * import { ERRORS, fromFile, SourceError } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * let status = 200;
 * try {
 *   await fromFile("no_such_file.npy");
 * } catch (error) {
 *   if (!(error instanceof SourceError)) throw error;
 *   status = ERRORS[error.code].status;
 * }
 * assertEquals(status, 502);
 * ```
 */
export class SourceError extends Error {
  /** The name that callers test. */
  override readonly name: string = "SourceError";
  /**
   * Makes the error.
   *
   * @param message Where and why.
   * @param code The catalogue's code.
   * @param options The `cause`.
   */
  constructor(message: string, readonly code: ErrorCode = "E_SOURCE_READ", options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * The second read of a source differs from the first. Nothing computed from it can be trusted.
 *
 * @example A source that gives other logits at each read
 * ```ts
 * import { ERRORS, logitsFrom, type LogitSource, normalize, SourceChangedError } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * // More logits a row than the library keeps for itself.
 * const half = 2 ** 21;
 * const shape = { rows: 1, vocabulary: 2 * half, dtype: "f32" } as const;
 * let reads = 0;
 * const counter: LogitSource = {
 *   shape,
 *   replay: "reopen",
 *   spec: { name: "counter", params: {}, inputs: [] },
 *   open() {
 *     const data = new Float32Array(half).fill(++reads);
 *     return ReadableStream.from([0, half].map((start) => ({ shape, data, row: 0, start })));
 *   },
 * };
 * let status = 200;
 * try {
 *   await Array.fromAsync(normalize(logitsFrom(counter), { rowCache: 0 }).open());
 * } catch (error) {
 *   if (!(error instanceof SourceChangedError)) throw error;
 *   status = ERRORS[error.code].status;
 * }
 * assertEquals([status, reads], [409, 2]);
 * ```
 */
export class SourceChangedError extends SourceError {
  /** The name that callers test. */
  override readonly name = "SourceChangedError";
  /**
   * Makes the error.
   *
   * @param message What differs.
   */
  constructor(message: string) {
    super(message, "E_SOURCE_CHANGED");
  }
}

/**
 * A one-shot source was asked for a second read that neither the row cache nor a spill could give.
 *
 * @example A stream opened twice
 * ```ts
 * import { ERRORS, fromStream, SourceExhaustedError } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const stream = ReadableStream.from([Float32Array.of(1, 2)]);
 * const logits = await fromStream(stream, { vocabulary: 2, dtype: "f32" });
 * await Array.fromAsync(logits.open());
 * let status = 200;
 * try {
 *   await Array.fromAsync(logits.open());
 * } catch (error) {
 *   if (!(error instanceof SourceExhaustedError)) throw error;
 *   status = ERRORS[error.code].status;
 * }
 * assertEquals(status, 409);
 * ```
 */
export class SourceExhaustedError extends SourceError {
  /** The name that callers test. */
  override readonly name = "SourceExhaustedError";
  /**
   * Makes the error.
   *
   * @param message What was wanted and which limits stood in the way.
   */
  constructor(message: string) {
    super(message, "E_SOURCE_EXHAUSTED");
  }
}

/**
 * A row with NaN, +Infinity or nothing but masked tokens, under `onInvalid: "throw"`.
 *
 * @example Where the NaN is
 * ```ts
 * import { InvalidLogitError, logSumExp, reduceRow } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * let id: number | undefined;
 * try {
 *   reduceRow(Float32Array.of(1, NaN), { lse: logSumExp() }, { onInvalid: "throw" });
 * } catch (error) {
 *   if (!(error instanceof InvalidLogitError)) throw error;
 *   id = error.id;
 * }
 * assertEquals(id, 1);
 * ```
 */
export class InvalidLogitError extends Error {
  /** The name that callers test. */
  override readonly name = "InvalidLogitError";
  /** The catalogue's code. */
  readonly code: ErrorCode = "E_NAN";
  /**
   * Makes the error.
   *
   * @param message What was found.
   * @param row The source's row number.
   * @param id The first offending id, if one offends.
   */
  constructor(message: string, readonly row: number, readonly id: number | undefined) {
    super(message);
  }
}

/**
 * Saved state that is damaged, of another version, or of something else; or states that cannot be merged.
 *
 * @example Four bytes are no state
 * ```ts
 * import { ERRORS, loadState, logSumExp, StateFormatError } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * let status = 200;
 * try {
 *   loadState(new Uint8Array(4), { lse: logSumExp() });
 * } catch (error) {
 *   if (!(error instanceof StateFormatError)) throw error;
 *   status = ERRORS[error.code].status;
 * }
 * assertEquals(status, 400);
 * ```
 */
export class StateFormatError extends SyntaxError {
  /** The name that callers test. */
  override readonly name = "StateFormatError";
  /**
   * Makes the error.
   *
   * @param message What was wanted and what was found.
   * @param code The catalogue's code.
   * @param options The `cause`.
   */
  constructor(message: string, readonly code: ErrorCode = "E_STATE_FORMAT", options?: ErrorOptions) {
    super(message, options);
  }
}

/**
 * A sink that could not be opened or written.
 *
 * @example A folder that is not there
 * ```ts
 * import { ERRORS, SinkError, toNpy } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * let status = 200;
 * try {
 *   await toNpy("no_such_folder/rows.npy");
 * } catch (error) {
 *   if (!(error instanceof SinkError)) throw error;
 *   status = ERRORS[error.code].status;
 * }
 * assertEquals(status, 500);
 * ```
 */
export class SinkError extends Error {
  /** The name that callers test. */
  override readonly name = "SinkError";
  /** The catalogue's code. */
  readonly code: ErrorCode = "E_SINK_WRITE";
}

/**
 * A request that the service does not serve.
 *
 * @example The status of a full service
 * ```ts
 * import { ERRORS, ServiceError } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const { code } = new ServiceError("Cannot start: 8 requests are at work, wanted at most 8", "E_BUSY");
 * assertEquals([ERRORS[code].status, ERRORS[code].retryable], [503, true]);
 * ```
 */
export class ServiceError extends Error {
  /** The name that callers test. */
  override readonly name = "ServiceError";
  /**
   * Makes the error.
   *
   * @param message What was wanted and what was found.
   * @param code The catalogue's code.
   * @param options The `cause`.
   */
  constructor(message: string, readonly code: ErrorCode, options?: ErrorOptions) {
    super(message, options);
  }
}
