import { checkPositive } from "../core/mod.ts";
import { buildApp } from "./_app.ts";
import type { Service } from "./_service.ts";
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
  /**
   * Stops it: new requests are answered 503, those in work go on for the grace; then each answer ends after the row in
   * hand, with an error line that says so. Settles when all is given back.
   */
  stop(): Promise<void>;
}

/** Seconds for the row in hand, once the grace is over; and for connections to close. */
const LAST = 2;

/**
 * Serves the app of `createApp` until it is stopped. Needs permission to listen.
 *
 * Deno's server has no time limit of its own for request headers and idle connections: face the internet through a proxy that has.
 *
 * @example A free port, and whether it is alive
 * ```ts
 * import { serve } from "@sluice/sluice/http";
 * import { assertEquals } from "@std/assert";
 *
 * const serving = serve({ port: 0 });
 * const answer = await fetch(`${serving.origin}/healthz`);
 * assertEquals(await answer.json(), { status: "ok" });
 * await serving.stop();
 * ```
 *
 * @param options Where to listen, and the options of the app.
 * @returns The running service.
 * @throws {ParameterError} If an option does not fit.
 */
export function serve(options: ServeOptions = {}): Serving {
  const { hostname = "127.0.0.1", port = 8787, graceSeconds = 30 } = options;
  checkPositive("graceSeconds", graceSeconds);
  const { app, service } = buildApp(options);
  const server = Deno.serve({ hostname, port, onListen: () => {} }, app.fetch);
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  let stopped: Promise<void> | undefined;
  return {
    origin: `http://${host}:${server.addr.port}`,
    stop: () => stopped ??= stop(service, server, graceSeconds),
  };
}

async function stop(
  service: Service,
  server: Deno.HttpServer<Deno.NetAddr>,
  graceSeconds: number,
): Promise<void> {
  const idle = service.drain();
  if (!await within(idle, graceSeconds)) {
    service.stopAfterRow();
    if (!await within(idle, LAST)) service.stopNow();
  }
  // What still sends or takes nothing, though nobody reads any more, would hold a connection for ever: it is left to the end of
  // the process (to abort the server would raise an error that nobody can catch).
  if (await within(server.shutdown(), LAST)) await server.finished;
  else server.unref();
}

/** Whether something is done in time. */
async function within(done: Promise<void>, seconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), seconds * 1000));
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
