import { start } from "./server/_start.ts";
import type { ServeOptions } from "./serve_options.ts";
import type { Serving } from "./serving.ts";

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
