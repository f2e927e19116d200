import { checkWhole, optionsOf, ParameterError, shown } from "../../core/mod.ts";
import { buildApp } from "../_app.ts";
import { APP_OPTIONS } from "../_check_options.ts";
import { limitsWithinHandles } from "./_handle_limits.ts";
import { Listener } from "./_listener.ts";
import type { Service } from "../_service.ts";
import { isDoneWithin } from "./_is_done_within.ts";
import { checkSeconds, limitsOf } from "../limits.ts";
import type { ServeOptions } from "../serve_options.ts";
import type { Serving } from "../serving.ts";

/** Seconds for the row in hand, once the grace is over; and for connections to close. */
const LAST = 2;

const OPTIONS = ["hostname", "port", "graceSeconds", ...APP_OPTIONS];

/** Starts what `serve` serves, with the service inside. */
export async function start(
  options: ServeOptions,
): Promise<{ readonly serving: Serving; readonly service: Service }> {
  const { hostname = "127.0.0.1", port = 8787, graceSeconds = 30, ...rest } = optionsOf("serve", options, OPTIONS);
  const { onError = () => {} } = rest;
  if (typeof hostname !== "string") {
    throw new ParameterError(`Cannot use hostname ${shown(hostname)}: wanted a string`);
  }
  checkWhole("port", port, 0);
  checkSeconds("graceSeconds", graceSeconds);
  const limits = limitsWithinHandles(limitsOf(rest.limits));
  const { app, service } = buildApp({ ...rest, limits });
  const listener = await Listener.listen({ hostname, port, limits, answer: app.fetch, onError });
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  let stopped: Promise<void> | undefined;
  const serving = {
    origin: `http://${host}:${listener.port}`,
    limits: service.limits,
    stop: () => stopped ??= stop(service, listener, graceSeconds),
  };
  return { serving, service };
}

async function stop(service: Service, listener: Listener, graceSeconds: number): Promise<void> {
  const idle = service.drain();
  if (!await isDoneWithin(idle, graceSeconds)) {
    service.stopAfterRow();
    if (!await isDoneWithin(idle, LAST)) service.stopNow();
  }
  await listener.close(LAST);
}
