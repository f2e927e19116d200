import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AccessEntry } from "./app_options.ts";

/** What Prometheus is told. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests = this.#counter("requests_total", "Requests answered", ["route", "status"]);
  readonly #errors = this.#counter("errors_total", "Requests that ended with an error of the catalogue", ["code"]);
  readonly #rows = this.#counter("rows_total", "Rows answered", ["route"]);
  readonly #bytesIn = this.#counter("request_bytes_total", "Bytes of request bodies read", ["route"]);
  readonly #bytesOut = this.#counter("response_bytes_total", "Bytes of answers taken", ["route"]);
  readonly #seconds = new Histogram({
    name: "sluice_request_seconds",
    help: "Seconds from a request to the end of its answer",
    labelNames: ["route"],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 1000],
    registers: [this.#registry],
  });

  /** `active` tells how many requests are in work. */
  constructor(active: () => number) {
    this.#gauge("sluice_requests_active", "Requests in work under /v1", active);
    this.#gauge("process_resident_memory_bytes", "Resident memory in bytes", () => Deno.memoryUsage().rss);
  }

  #counter<T extends string>(name: string, help: string, labelNames: T[]): Counter<T> {
    return new Counter({ name: `sluice_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect(): void {
        this.set(value());
      },
    });
  }

  /** Counts one finished request. */
  count(route: string, { status, error, rows, bytesIn, bytesOut, milliseconds }: AccessEntry): void {
    this.#requests.inc({ route, status });
    if (error !== undefined) this.#errors.inc({ code: error });
    this.#rows.inc({ route }, rows);
    this.#bytesIn.inc({ route }, bytesIn);
    this.#bytesOut.inc({ route }, bytesOut);
    this.#seconds.observe({ route }, milliseconds / 1000);
  }

  /** The text that Prometheus reads. */
  async response(): Promise<Response> {
    return new Response(await this.#registry.metrics(), { headers: { "content-type": this.#registry.contentType } });
  }
}
