import { optionsOf, ParameterError, shown } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";

/** Options of {@linkcode guidanceMonitor}. */
export interface GuidanceMonitorOptions {
  /** The cosine above which guidance stops, from -1 to 1. The paper's own could not be confirmed: it has no default. */
  readonly threshold: number;
  /** The path of the cosine of conditional and unconditional logits; `"cosine"` when absent. */
  readonly field?: string;
}

/** What the monitor says of one row. */
export interface GuidanceReading {
  /** The row's cosine. */
  readonly current: number;
  /** Whether the next row is still to be guided. */
  readonly guided: boolean;
  /** Guidance stops with this row. */
  readonly event: "stop" | undefined;
}

/**
 * Watches how alike conditional and unconditional logits are, and says when the unconditional model need not be asked any more: from the
 * first row on whose cosine is above the threshold (Adaptive Guidance, Castillo et al. 2023).
 *
 * Take the cosine of centred logits, which is Pearson's correlation: the raw one feels a shift that no softmax feels. Needs: rows with the
 * cosine, in order. Gives: the same rows with a `monitor` field. Specials: NaN stops nothing. Cost: nothing.
 *
 * @example The third row is alike enough
 * ```ts
 * import { guidanceMonitor } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = ReadableStream.from([0.8, 0.9, 0.995, 0.7].map((cosine) => ({ cosine })));
 * const watched = await Array.fromAsync(rows.pipeThrough(guidanceMonitor({ threshold: 0.99 })));
 * assertEquals(watched.map(({ monitor }) => monitor.guided), [true, true, false, false]);
 * assertEquals(watched.map(({ monitor }) => monitor.event), [undefined, undefined, "stop", undefined]);
 * ```
 *
 * @typeParam R The rows.
 * @param options The threshold, and where the cosine is.
 * @returns A transform of rows. It fails with `ParameterError` at a row without a cosine.
 * @throws {ParameterError} If an option is out of range.
 */
export function guidanceMonitor<R extends object>(
  options: GuidanceMonitorOptions,
): TransformStream<R, R & { readonly monitor: GuidanceReading }> {
  const { threshold, field = "cosine" } = optionsOf("guidanceMonitor", options, ["threshold!", "field"]);
  if (typeof threshold !== "number" || !(Math.abs(threshold) <= 1)) {
    throw new ParameterError(`Cannot use threshold ${shown(threshold)}: wanted a number from -1 to 1`);
  }
  const find = numberAt("guidanceMonitor", field);
  let guided = true;
  return new TransformStream({
    transform(row, controller) {
      const current = find(row);
      if (current === undefined) throw new ParameterError(`Cannot watch a row without "${field}": wanted a number`);
      const stop = guided && current > threshold;
      guided &&= !stop;
      controller.enqueue({ ...row, monitor: { current, guided, event: stop ? "stop" : undefined } });
    },
  });
}
