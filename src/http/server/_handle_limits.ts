import { ServiceError } from "../../core/mod.ts";
import { freeHandles } from "./_free_handles.ts";
import type { Limits } from "../limits.ts";

/** Handles that no connection may take. */
const SPARE = 32;

/** Handles that a request may take besides its connection: a source, a spill, a look-up. */
const FILES = 3;

/** Connections beyond the limit that may be on their way out at a time. */
export const CLOSING = 8;

/**
 * The limits, with fewer connections and requests where the file handles of the process would not do. A server that has no
 * handle left for a connection hears of no further one, ever: it must not come to that.
 */
export function limitsWithinHandles(limits: Limits): Limits {
  const { connections, requests } = limits;
  const free = freeHandles(connections + Math.max(SPARE, CLOSING + FILES * requests)) ?? Infinity;
  if (free <= SPARE) {
    throw new ServiceError(
      `Cannot serve: wanted at least ${SPARE + 1} free file handles, found ${free}; raise their limit (ulimit -n)`,
      "E_LISTEN",
    );
  }
  const answered = Math.min(requests, Math.floor((free - CLOSING) / (1 + FILES)));
  return {
    ...limits,
    requests: answered,
    connections: Math.min(connections, free - SPARE, free - CLOSING - FILES * answered),
  };
}
