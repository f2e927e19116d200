import type { AppOptions } from "./app_options.ts";

/** Options of {@linkcode serve}. */
export interface ServeOptions extends AppOptions {
  /** The address to listen on; 127.0.0.1 when absent: nobody but this machine. */
  readonly hostname?: string;
  /** The port; 8787 when absent, 0 for one that is free. */
  readonly port?: number;
  /** Seconds that requests in work may go on once the service is to stop; 30 when absent. */
  readonly graceSeconds?: number;
}
