import { start } from "./_start.ts";
import type { Limits } from "./limits.ts";
import type { AppOptions } from "./app_options.ts";

/** Options of {@linkcode serve}. */
export interface ServeOptions extends AppOptions {
  /** The address to listen on; 127.0.0.1 when absent: nobody but this machine. */
  readonly hostname?: string;
  /** The port; 8787 when absent, 0 for one that is free. */
  readonly port?: number;
  /** Seconds that requests in work may go on once the service is to stop; 30 when absent. */
  readonly graceSeconds?: number;
}

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

/**
 * Serves the app of `createApp` until it is stopped. Needs permission to listen; to read, too, lest it count on more file handles
 * than there are.
 *
 * A client has `headerSeconds` for the headers of a request and `idleSeconds` between two requests. Connections beyond the limit
 * `connections` are closed at once. HTTP/1.1 and 1.0.
 *
 * @example A free port, and whether it is alive
 * ```ts
 * import { serve } from "@sluice/sluice/http";
 * import { assertEquals } from "@std/assert";
 *
 * const serving = await serve({ port: 0 });
 * const answer = await fetch(`${serving.origin}/healthz`);
 * assertEquals(await answer.json(), { status: "ok" });
 * await serving.stop();
 * ```
 *
 * @param options Where to listen, and the options of the app.
 * @returns The running service, once it listens.
 * @throws {ParameterError} If an option does not fit.
 * @throws {ServiceError} `E_LISTEN` if the address cannot be listened on, or hardly a file handle is free.
 */
export async function serve(options: ServeOptions = {}): Promise<Serving> {
  return (await start(options)).serving;
}
