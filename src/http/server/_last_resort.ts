import { inWork } from "../_in_work.ts";
import type { Service } from "../_service.ts";

/**
 * Keeps the process alive when an error was caught by nothing: tells it with the ids of the requests in work, and fails the one
 * it came from where that is known (an error thrown by a timer belongs to nobody).
 */
export function installLastResort(service: Service, tell: (text: string, error: unknown) => void): void {
  function handle(event: Event, error: unknown): void {
    event.preventDefault();
    const exchange = inWork.getStore();
    const failed = exchange && service.has(exchange) ? exchange : undefined;
    const ids = service.ids.join(", ") || "none";
    tell(`an error that nothing caught; requests in work: ${ids}; failed: ${failed?.id ?? "none"}`, error);
    failed?.fail(error);
  }
  globalThis.addEventListener("error", (event) => handle(event, event.error));
  globalThis.addEventListener("unhandledrejection", (event) => handle(event, event.reason));
}
