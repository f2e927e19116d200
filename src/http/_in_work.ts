import { AsyncLocalStorage } from "node:async_hooks";
import type { Exchange } from "./_exchange.ts";

/** The exchange whose work is going on, also after an `await`: whom an error that nothing caught belongs to. */
export const inWork: AsyncLocalStorage<Exchange> = new AsyncLocalStorage<Exchange>();
