import { buildApp } from "./_app.ts";
import type { AppOptions } from "./app_options.ts";

/** A `Hono` of `npm:hono`: to fetch from, to serve, or to mount with `route`. */
export type HonoApp = InstanceType<(typeof import("hono"))["Hono"]>;

/**
 * The service as a Hono app, to serve or to mount in one's own.
 *
 * Mounted by `app.route("/logits", createApp())`, its page is at `/logits/`; `/logits` leads there.
 *
 * @example Two logits without a server
 * ```ts
 * import { createApp } from "@sluice/sluice/http";
 * import { assertEquals } from "@std/assert";
 *
 * const app = createApp();
 * const answer = await app.request("/v1/reduce?vocabulary=2", {
 *   method: "POST",
 *   headers: { "content-type": "application/octet-stream" },
 *   body: new Uint8Array(Float32Array.of(1, 3).buffer),
 * });
 * assertEquals((await answer.json()).argmax, 1);
 * ```
 *
 * @param options Limits, what may be read, who may ask.
 * @returns The app.
 * @throws {ParameterError} If an option does not fit.
 */
export function createApp(options: AppOptions = {}): HonoApp {
  return buildApp(options).app;
}
