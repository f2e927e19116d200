import type { Limits } from "./limits.ts";

/** One line of the access log. */
export interface AccessEntry {
  /** What the request is called in the log, also where an error that nothing caught is told. */
  readonly id: string;
  /** When the request came, ISO 8601. */
  readonly time: string;
  /** The request's method. */
  readonly method: string;
  /** Its path, without the query. */
  readonly path: string;
  /** The status of the answer. */
  readonly status: number;
  /** Milliseconds from the request to the end of the answer. */
  readonly milliseconds: number;
  /** Rows that were answered. */
  readonly rows: number;
  /** Bytes of the request body that were read. */
  readonly bytesIn: number;
  /** Bytes of the answer that were taken. */
  readonly bytesOut: number;
  /** The catalogue's code, if something went wrong, also after the answer had begun. */
  readonly error?: string;
}

/** A sample that the page offers. */
export interface PageSample {
  /** A `.npy` of logits. */
  readonly logits: string | URL;
  /** A JSON array with a text for each id. */
  readonly labels?: string | URL;
}

/** Options of `createApp`. All that reaches out of the process is off unless asked for. */
export interface AppOptions {
  /** What one request may cost. */
  readonly limits?: Partial<Limits>;
  /** A folder whose files `source=` may name: it must be there. Needs permission to read it. */
  readonly root?: string;
  /** Origins that `source=` may name a URL of, as `"https://models.example.org"`. Needs permission to reach them. */
  readonly allowOrigins?: readonly string[];
  /** Those of them that may have a private address, as an object store of one's own. */
  readonly allowPrivateOrigins?: readonly string[];
  /**
   * Names that the service answers for besides addresses and localhost, as `"models.example.org"`; `"*"` for any, which leaves
   * nothing in the way of DNS rebinding. Also those of one's own app that this one is mounted in.
   */
  readonly allowHosts?: readonly string[];
  /** Origins of other pages that may ask and read the answers, as `"https://notebook.example.org"`; `"*"` for any. */
  readonly cors?: readonly string[];
  /** A secret: requests under `/v1` and `/metrics` must bring it as a bearer token. */
  readonly token?: string;
  /** Takes one entry a request; nothing is logged when absent. */
  readonly log?: (entry: AccessEntry) => void;
  /** Takes what should not happen: errors outside the catalogue. They are answered `E_INTERNAL` either way. */
  readonly onError?: (error: unknown) => void;
  /** A sample for the page. Needs permission to read it. */
  readonly sample?: PageSample;
}
