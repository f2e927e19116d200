import { ServiceError } from "../core/mod.ts";
import { freeHandles } from "./_free_handles.ts";
import type { Limits } from "./limits.ts";

/** Handles that no connection may take. */
const SPARE = 32;

/** Handles that the request of a connection may take besides: a source, a spill, a look-up. */
const FILES = 3;

/** Connections beyond the cap that may be on their way out at a time. */
export const CLOSING = 8;

/**
 * How many connections there may be: as many as the limit says, fewer where the file handles of the process would not do.
 * A server that has no handle left for a connection hears of no further one, ever: it must not come to that.
 */
export function connectionCap({ connections, requests }: Limits): number {
  const files = FILES * Math.min(requests, connections);
  const free = freeHandles(connections + Math.max(SPARE, CLOSING + files)) ?? Infinity;
  const served = Math.max(free - CLOSING - files, Math.floor((free - CLOSING) / (1 + FILES)));
  const cap = Math.min(connections, free - SPARE, served);
  if (cap >= 1) return cap;
  throw new ServiceError(
    `Cannot serve: wanted at least ${SPARE + 1} free file handles, found ${free}; raise their limit (ulimit -n)`,
    "E_LISTEN",
  );
}
