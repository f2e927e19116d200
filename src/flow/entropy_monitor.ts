import { checkWhole, optionsOf, ParameterError, shown } from "../core/mod.ts";

/** Options of {@linkcode entropyMonitor}. None has a default that fits all models: the paper gives none either. */
export interface EntropyMonitorOptions<K extends string = "entropy"> {
  /** How many rows the rolling mean covers. */
  readonly window: number;
  /** The rolling mean above which the row counts as hard, in the unit of the rows' entropy. */
  readonly threshold: number;
  /** Fewest rows between two switches. */
  readonly dwell: number;
  /** The state before the first row; `"small"` when absent. */
  readonly start?: SwitchState;
  /** The name of the rows' entropy; `"entropy"` when absent. */
  readonly field?: K;
}

/** Which of two models should take the next token. */
export type SwitchState = "small" | "large";

/** What the monitor says of one row. */
export interface EntropyReading {
  /** The row's entropy. */
  readonly current: number;
  /** The mean over the last `window` rows; fewer at the start. */
  readonly rolling: number;
  /** The rolling mean went above the threshold with this row, or back below. */
  readonly event: "above" | "below" | undefined;
  /** The model for this row. */
  readonly state: SwitchState;
  /** Whether the state changed with this row. */
  readonly switched: boolean;
}

/**
 * Watches the entropy of rows as they flow: current and rolling mean, threshold events, and the switch of Entropy Adaptive
 * Decoding: `large` while the rolling mean is above the threshold, `small` otherwise, changing at most every `dwell` rows.
 *
 * Needs: rows with an entropy, in order. Gives: the same rows with a `monitor` field. A row without entropy (NaN) is left out
 * of the mean and switches nothing; it counts as a row of the dwell time. Cost: O(window) memory.
 * Source: Entropy Adaptive Decoding (dynamic model switching), the dwell-time rule.
 *
 * @example Two uncertain rows, then calm again
 * ```ts
 * import { entropyMonitor } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = ReadableStream.from([0.5, 0.75, 2.5, 3, 0.25, 0.25, 0.25, 0.25].map((entropy) => ({ entropy })));
 * const watched = rows.pipeThrough(entropyMonitor({ window: 2, threshold: 1, dwell: 2 }));
 * const states = await Array.fromAsync(watched, ({ monitor }) => monitor.state[0]);
 * assertEquals(states.join(""), "sslllsss");
 * ```
 *
 * @typeParam R The rows.
 * @typeParam K The name of their entropy.
 * @param options Window, threshold, dwell time.
 * @returns A transform of rows. It fails with `ParameterError` at a row whose entropy is no number.
 * @throws {ParameterError} If an option is out of range.
 */
export function entropyMonitor<R extends { readonly [P in K]: number }, K extends string = "entropy">(
  options: EntropyMonitorOptions<K>,
): TransformStream<R, R & { readonly monitor: EntropyReading }> {
  const { field = "entropy" as K } = optionsOf("entropyMonitor", options, MONITOR_OPTIONS);
  if (typeof field !== "string") {
    throw new ParameterError(`Cannot watch the field ${shown(field)}: wanted the name of the rows' entropy`);
  }
  const monitor = new Monitor(options);
  return new TransformStream({
    transform: (row, controller) => controller.enqueue({ ...row, monitor: monitor.read(entropyOf(row, field)) }),
  });
}

const MONITOR_OPTIONS = ["window!", "threshold!", "dwell!", "start", "field"] as const;

function entropyOf(row: unknown, field: string): number {
  const entropy = (row as Record<string, unknown> | null | undefined)?.[field];
  if (typeof entropy === "number") return entropy;
  throw new ParameterError(
    `Cannot watch a row whose "${field}" is ${
      shown(entropy)
    }: wanted a number; the option "field" names the rows' entropy`,
  );
}

/** The sequential machine: a ring of the last entropies, and the switch. */
class Monitor {
  readonly #options: EntropyMonitorOptions<string>;
  readonly #ring: number[] = [];
  #state: SwitchState;
  #above = false;
  /** Rows since the last switch. */
  #since = 0;

  constructor(options: EntropyMonitorOptions<string>) {
    const { window, threshold, dwell, start = "small" } = options;
    checkWhole("window", window, 1);
    checkWhole("dwell", dwell, 0);
    if (!Number.isFinite(threshold)) {
      throw new ParameterError(`Cannot use threshold ${shown(threshold)}: wanted a finite number`);
    }
    if (start !== "small" && start !== "large") {
      throw new ParameterError(`Cannot start in ${shown(start)}: wanted "small" or "large"`);
    }
    this.#options = options;
    this.#state = start;
  }

  read(current: number): EntropyReading {
    if (!Number.isNaN(current)) {
      this.#ring.push(current);
      if (this.#ring.length > this.#options.window) this.#ring.shift();
    }
    const rolling = this.#ring.reduce((sum, h) => sum + h, 0) / this.#ring.length;
    const event = this.#cross(rolling);
    const switched = this.#switch(!Number.isNaN(current));
    return { current, rolling, event, state: this.#state, switched };
  }

  #cross(rolling: number): EntropyReading["event"] {
    const above = rolling > this.#options.threshold;
    if (above === this.#above) return undefined;
    this.#above = above;
    return above ? "above" : "below";
  }

  /** Counts the row, and switches if it may and the dwell time is over. */
  #switch(allowed: boolean): boolean {
    const wanted = this.#above ? "large" : "small";
    const switched = allowed && wanted !== this.#state && this.#since >= this.#options.dwell;
    if (switched) {
      this.#state = wanted;
      this.#since = 0;
    }
    this.#since++;
    return switched;
  }
}
