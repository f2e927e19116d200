import { errorCode, ServiceError } from "../core/mod.ts";
import type { AccessEntry, AppOptions } from "./app_options.ts";
import { type Ended, Exchange, type ExchangeHost } from "./_exchange.ts";
import { Metrics } from "./_metrics.ts";
import { type Problem, problemOf } from "./_problem.ts";
import { type Limits, limitsOf } from "./limits.ts";

/** The path of an address; all of it where the client sent one that is none. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** What the routes of one app share. */
export class Service implements ExchangeHost {
  readonly options: AppOptions;
  readonly limits: Limits;
  readonly metrics: Metrics = new Metrics(() => this.#active.size);
  /** What no client is told: where files lie. */
  readonly hidden: string[] = [];
  readonly #active = new Set<Exchange>();
  #draining = false;
  #idle: (() => void) | undefined;

  constructor(options: AppOptions) {
    this.options = options;
    this.limits = limitsOf(options.limits);
  }

  /** Whether new requests are refused because the service is stopping. */
  get draining(): boolean {
    return this.#draining;
  }

  /** How many requests are in work. */
  get active(): number {
    return this.#active.size;
  }

  /** Whether a request is in work. */
  has(exchange: Exchange): boolean {
    return this.#active.has(exchange);
  }

  /** What the log calls the requests in work. */
  get ids(): string[] {
    return [...this.#active].map(({ id }) => id);
  }

  /** Lets a request in; the exchange ends itself. */
  admit(request: Request, route: string): Exchange {
    if (this.#draining) throw new ServiceError("Cannot take the request: the service is stopping", "E_SHUTDOWN");
    if (this.#active.size >= this.limits.requests) {
      throw new ServiceError(
        `Cannot take the request: ${this.limits.requests} are in work, the most at a time; try again soon`,
        "E_BUSY",
      );
    }
    const exchange: Exchange = new Exchange(this, request, route, () => this.#leave(exchange));
    this.#active.add(exchange);
    return exchange;
  }

  #leave(exchange: Exchange): void {
    this.#active.delete(exchange);
    if (this.#active.size === 0) this.#idle?.();
  }

  /** What a client is told of an error; errors outside the catalogue go to the service's owner. */
  problem(error: unknown): Problem {
    if (!errorCode(error)) this.#tellOwner(error);
    return problemOf(error, this.hidden);
  }

  /** Counts and logs a request that has ended. */
  record({ request, route, ...rest }: Ended, begun: number): void {
    const entry: AccessEntry = {
      time: new Date(begun).toISOString(),
      method: request.method,
      path: pathOf(request.url),
      milliseconds: Date.now() - begun,
      ...rest,
    };
    this.metrics.count(route, entry);
    Promise.try(() => this.options.log?.(entry)).catch((error) => this.#tellOwner(error));
  }

  /** What the owner's code throws in turn ends no request, let alone the service. */
  #tellOwner(error: unknown): void {
    Promise.try(() => this.options.onError?.(error)).catch((failure) => console.error(failure));
  }

  /** Refuses new requests from now on; done when the last one in work has ended. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#active.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle = resolve);
  }

  /** Ends every answer after the row in hand. */
  stopAfterRow(): void {
    for (const exchange of this.#active) exchange.stopping = true;
  }

  /** Ends every answer now. */
  stopNow(): void {
    const reason = new ServiceError("Cannot go on: the service is stopping", "E_SHUTDOWN");
    for (const exchange of this.#active) exchange.abort(reason);
  }
}
