import { ServiceError } from "../../core/mod.ts";

/** Refuses more than the service takes. */
export function checkLimit(what: string, value: number, limit: number): void {
  if (value > limit) {
    throw new ServiceError(`Cannot take ${what} ${value}: the service takes at most ${limit}`, "E_LIMIT");
  }
}
