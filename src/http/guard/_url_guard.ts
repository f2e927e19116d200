import { lookup } from "node:dns/promises";
import { ParameterError, ServiceError } from "../../core/mod.ts";
import type { AppOptions } from "../app_options.ts";
import { isPublicAddress } from "./_public_address.ts";

/**
 * Refuses URLs that are not of an allowed origin, and hosts with an address that is not public unless that origin may have
 * one. A name may resolve to something else by the time it is connected to: the process's own network permissions are
 * the second wall.
 */
export function urlGuard(
  options: Pick<AppOptions, "allowOrigins" | "allowPrivateOrigins">,
): (url: URL) => Promise<void> {
  const own = (options.allowPrivateOrigins ?? []).map(originOf);
  const allowed = [...(options.allowOrigins ?? []).map(originOf), ...own];
  return async ({ origin, hostname }) => {
    if (!allowed.includes(origin)) throw blocked(origin, "its origin is not allowed here");
    if (own.includes(origin)) return;
    for (const address of await addressesOf(origin, hostname)) {
      if (!isPublicAddress(address)) throw blocked(origin, "its host has an address that is not public");
    }
  };
}

/** An allowed origin, checked. */
export function originOf(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || (url.pathname !== "/" && url.pathname !== "")) {
    throw new ParameterError(`Cannot allow "${text}": wanted an origin, as https://example.org`);
  }
  return url.origin;
}

async function addressesOf(origin: string, hostname: string): Promise<string[]> {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    throw blocked(origin, "its host has no address");
  }
}

function blocked(origin: string, why: string): ServiceError {
  return new ServiceError(`Cannot read a URL of ${origin}: ${why}`, "E_URL_BLOCKED");
}
