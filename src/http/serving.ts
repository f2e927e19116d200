import type { Limits } from "./limits.ts";

/** A running service. */
export interface Serving {
  /** Where it is, as `http://127.0.0.1:8787`. */
  readonly origin: string;
  /** The limits in force: of connections and requests there may be fewer than asked for, where file handles are short. */
  readonly limits: Limits;
  /**
   * Stops it: new requests are answered 503, those in work go on for the grace; then each answer ends after the row in
   * hand, with an error line that says so. Settles when all is given back.
   */
  stop(): Promise<void>;
}
