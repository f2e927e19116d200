import { checkWhole, optionsOf, ParameterError, shown } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";
import { restOf } from "./_rest_of.ts";

/** Options of {@linkcode collapseMonitor}. */
export interface CollapseMonitorOptions {
  /** How many rows the rolling fraction covers. */
  readonly window: number;
  /** The fraction of collapsed rows above which there is an event, from 0 to 1. */
  readonly threshold: number;
  /** The path of the label's log-probability; `"y.logprob"` when absent. */
  readonly field?: string;
  /** The rest of the probability, in units of the label's, below which a row has collapsed: 2^-24 when absent. */
  readonly rest?: number;
}

/** What the monitor says of one row. */
export interface CollapseReading {
  /** `(1 - p_y) / p_y` of the row; `undefined` without a label. */
  readonly current: number | undefined;
  /** The fraction of collapsed rows among the last `window` with a label; fewer at the start, NaN before the first. */
  readonly rolling: number;
  /** The fraction went above the threshold with this row, or back below. */
  readonly event: "above" | "below" | undefined;
}

/**
 * Watches for softmax collapse: how many of the last rows leave the label's gradient nothing, as {@linkcode collapse} counts them.
 *
 * Needs: rows with log-probabilities of labels, in order. Gives: the same rows with a `monitor` field. Specials: a row without a label, or
 * with NaN, is left out of the fraction. Cost: O(window) memory.
 *
 * @example Half of the last two rows, then both
 * ```ts
 * import { collapseMonitor } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = ReadableStream.from([-1, -1e-12, 0].map((logprob) => ({ y: { logprob } })));
 * const watched = await Array.fromAsync(rows.pipeThrough(collapseMonitor({ window: 2, threshold: 0.5 })));
 * assertEquals(watched.map(({ monitor }) => monitor.rolling), [0, 0.5, 1]);
 * assertEquals(watched[2].monitor.event, "above");
 * ```
 *
 * @typeParam R The rows.
 * @param options Window and thresholds, and where the log-probability is.
 * @returns A transform of rows. It fails with `ParameterError` at a row whose log-probability is no number.
 * @throws {ParameterError} If an option is out of range.
 */
export function collapseMonitor<R extends object>(
  options: CollapseMonitorOptions,
): TransformStream<R, R & { readonly monitor: CollapseReading }> {
  const { window, threshold, field = "y.logprob", rest = 2 ** -24 } = optionsOf("collapseMonitor", options, NAMES);
  checkWhole("window", window, 1);
  if (typeof threshold !== "number" || !(threshold >= 0 && threshold <= 1)) {
    throw new ParameterError(`Cannot use threshold ${shown(threshold)}: wanted a number from 0 to 1`);
  }
  if (!(Number.isFinite(rest) && rest > 0)) {
    throw new ParameterError(`Cannot use rest ${shown(rest)}: wanted a number above 0`);
  }
  const find = numberAt("collapseMonitor", field), ring: boolean[] = [];
  let collapsed = 0, above = false;

  function add(current: number): void {
    collapsed += Number(current < rest);
    ring.push(current < rest);
    if (ring.length > window) collapsed -= Number(ring.shift());
  }

  return new TransformStream({
    transform(row, controller) {
      const logprob = find(row), current = logprob === undefined ? undefined : restOf(logprob);
      if (current !== undefined && !Number.isNaN(current)) add(current);
      const rolling = collapsed / ring.length, now = rolling > threshold;
      const event = now === above ? undefined : now ? "above" : "below";
      above = now;
      controller.enqueue({ ...row, monitor: { current, rolling, event } });
    },
  });
}

const NAMES = ["window!", "threshold!", "field", "rest"] as const;
