import { type Logits, ServiceError } from "../core/mod.ts";
import type { Exchange } from "./_exchange.ts";
import type { SourceQuery } from "./_query.ts";

/** The logits that `source` names. */
export function openNamed(_exchange: Exchange, _query: SourceQuery, source: string): Promise<Logits> {
  throw new ServiceError(`Cannot read the source "${source}": this service reads none`, "E_PATH_BLOCKED");
}
