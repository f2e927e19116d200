import { ServiceError } from "../core/mod.ts";
import type { Problem } from "./_problem.ts";
import { Timer } from "./_timer.ts";
import type { AccessEntry, AppOptions } from "./app_options.ts";
import type { Limits } from "./limits.ts";

/** A request that has ended. */
export type Ended = Omit<AccessEntry, "time" | "method" | "path" | "milliseconds"> & {
  readonly request: Request;
  /** The address as the metrics have it. */
  readonly route: string;
};

/** What the requests of one service share, and whom they tell of their end. */
export interface ExchangeHost {
  readonly options: AppOptions;
  readonly limits: Limits;
  /** What no client is told: where files lie. */
  readonly hidden: string[];
  /** What a client is told of an error; errors outside the catalogue go to the service's owner. */
  problem(error: unknown): Problem;
  /** Counts and logs a request that has ended. */
  record(ended: Ended, begun: number): void;
}

/** One request in work, from its admission to the end of its answer. */
export class Exchange {
  /** What the log calls it. */
  readonly id: string = crypto.randomUUID();
  readonly service: ExchangeHost;
  readonly request: Request;
  readonly route: string;
  /** Set when the service stops: the answer ends after the row in hand. */
  stopping = false;
  /** The status of the answer. */
  status = 200;
  /** Cuts the answer off, once there is one. */
  cut: (reason: unknown) => void = () => {};
  /** Rows answered. */
  rows = 0;
  /** Bytes of the request body read. */
  bytesIn = 0;
  /** Bytes of the answer taken. */
  bytesOut = 0;
  #error: string | undefined;
  #ended = false;
  readonly #begun = Date.now();
  readonly #onEnd: () => void;
  readonly #held: (() => Promise<void>)[] = [];
  readonly #abort = new AbortController();
  readonly #failed = Promise.withResolvers<never>();
  readonly #whole: Timer;
  readonly #upload: Timer;
  readonly #download: Timer;

  constructor(service: ExchangeHost, request: Request, route: string, onEnd: () => void) {
    this.service = service;
    this.request = request;
    this.route = route;
    this.#onEnd = onEnd;
    this.#failed.promise.catch(() => {});
    const { stallSeconds, requestSeconds } = service.limits;
    this.#whole = new Timer(requestSeconds, () => this.abort(late("the request took more than", requestSeconds)));
    this.#upload = new Timer(stallSeconds, () => this.abort(late("the client sent nothing for", stallSeconds)));
    this.#download = new Timer(stallSeconds, () => this.cut(late("the client took nothing for", stallSeconds)));
    this.#whole.start();
  }

  /** Stops the work, wherever it is: its reason is the error to tell. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Stops the work. */
  abort(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /** Rejects when the exchange fails from outside of its own work. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Ends it for an error that its work did not catch: that work may never come to an end. */
  fail(cause: unknown): void {
    const error = new ServiceError("Cannot go on: the service failed; its log says why", "E_INTERNAL", { cause });
    this.abort(error);
    this.#failed.reject(error);
    this.cut(error);
  }

  /** Waits for the client to send; not for longer than a stall may last, nor beyond an abort. */
  async sent<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this;
    signal.throwIfAborted();
    if (!this.#ended) this.#upload.start();
    let stop!: () => void;
    const stopped = new Promise<never>((_, reject) => stop = () => reject(signal.reason));
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([promise, stopped]);
    } finally {
      signal.removeEventListener("abort", stop);
      this.#upload.stop();
    }
  }

  /** The client has been handed bytes: it must come back for more. */
  handed(bytes: number): void {
    this.bytesOut += bytes;
    if (!this.#ended) this.#download.start();
  }

  /** The client came back. */
  taken(): void {
    this.#download.stop();
  }

  /** What the client is told of an error; errors outside the catalogue go to the service's owner. */
  problem(error: unknown): Problem {
    const problem = this.service.problem(error);
    this.#error ??= problem.code;
    return problem;
  }

  /** Notes what is held until the exchange ends, whoever ends it. `close` may be called when it is closed already. */
  holds(close: () => Promise<void>): void {
    this.#held.push(close);
  }

  /** Gives everything back. Called at least once. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const timer of [this.#whole, this.#upload, this.#download]) timer.stop();
    for (const close of this.#held) close().catch(() => {});
    this.#onEnd();
    this.#tell();
  }

  #tell(): void {
    const { id, request, route, status, rows, bytesIn, bytesOut } = this;
    const error = this.#error;
    this.service.record(
      { id, request, route, status, rows, bytesIn, bytesOut, ...(error ? { error } : {}) },
      this.#begun,
    );
  }
}

function late(what: string, seconds: number): ServiceError {
  return new ServiceError(`Cannot go on: ${what} ${seconds} seconds`, "E_TIMEOUT");
}
